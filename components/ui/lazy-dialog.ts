"use client";

import dynamic from "next/dynamic";
import type { ComponentType } from "react";

/**
 * A dialog whose code is not among a page's first. `approach` goes on what opens it: the code is fetched when pointer or focus
 * come there, so that the click need not wait for it.
 */
export function lazyDialog<Props>(load: () => Promise<ComponentType<Props>>) {
  const fetchCode = () => {
    // A failure here is not yet one for whoever looks: opening the dialog tries again, and tells.
    load().catch(() => undefined);
  };
  return Object.assign(dynamic(load, { ssr: false }), { approach: { onPointerEnter: fetchCode, onFocus: fetchCode } });
}
