"use client";

import { useSyncExternalStore } from "react";

/** Whether the page's scripts run. False on the server and at first, so that what it decides fits what was sent. */
export function useHydrated(): boolean {
  return useSyncExternalStore(neverChanges, yes, no);
}

const neverChanges = () => () => {};
const yes = () => true;
const no = () => false;
