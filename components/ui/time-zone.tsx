"use client";

import { createContext, type ReactNode, useContext } from "react";

const ZoneContext = createContext<string | null>(null);

/** Around all of a page, for what the browser writes of instants: dialogs and lists that answer. */
export function TimeZone({ of: timeZone, children }: { of: string; children: ReactNode }) {
  return <ZoneContext value={timeZone}>{children}</ZoneContext>;
}

/** The zone that whoever is signed in chose in the settings; UTC for visitors. */
export function useTimeZone(): string {
  return useContext(ZoneContext) ?? "UTC";
}
