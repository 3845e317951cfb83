"use client";

import { useLinkStatus } from "next/link";
import { PendingLine } from "./pending-line";

/** While the page that the link around it leads to is on its way: a line along the top of the window, and the link is marked. */
export function PendingMark() {
  const { pending } = useLinkStatus();
  return pending ? <PendingLine /> : null;
}
