"use client";

import { type ComponentType, createElement, lazy, Suspense } from "react";

/**
 * A dialog, or another part of a page, whose code is not among a page's first. `approach` goes on what opens it: the code is fetched when pointer or focus
 * come there, so that the click need not wait for it. `openOr` opens it once its code is there, and goes to the page that does
 * the same where the code cannot be had: the portal may be another version by now.
 */
export function lazyDialog<Props extends object>(load: () => Promise<ComponentType<Props>>) {
  const Dialog = lazy(async () => ({ default: await load() }));
  const fetchCode = () => {
    // A failure here is not yet one for whoever looks: opening the dialog tries again, and tells.
    load().catch(() => undefined);
  };
  const LazyDialog = (props: Props) => createElement(Suspense, null, createElement(Dialog as ComponentType<Props>, props));
  return Object.assign(LazyDialog, {
    approach: { onPointerEnter: fetchCode, onFocus: fetchCode },
    openOr: (page: string, open: () => void) => load().then(open, () => location.assign(page)),
  });
}
