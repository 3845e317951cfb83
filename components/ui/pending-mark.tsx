"use client";

import { useLinkStatus } from "next/link";

/** While the page that the link around it leads to is on its way: a line along the top of the window, and the link is marked. */
export function PendingMark() {
  const { pending } = useLinkStatus();
  return pending ? <PendingLine /> : null;
}

/** A border, which forced colours leave there. */
export function PendingLine() {
  return (
    <span
      data-pending
      aria-hidden="true"
      className="fixed inset-x-0 top-0 z-20 origin-left border-accent border-t-3 motion-safe:animate-advance"
    />
  );
}
