"use client";

import { useSyncExternalStore } from "react";

/** Tells a form in which time zone the browser is; without scripts it tells nothing. */
export function TimeZoneField() {
  const timeZone = useSyncExternalStore(neverChanges, browserZone, () => "");
  return <input type="hidden" name="timezone" value={timeZone} />;
}

const neverChanges = () => () => {};
const browserZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
