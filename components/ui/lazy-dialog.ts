"use client";

import { type ComponentType, createElement, lazy, type ReactNode, Suspense } from "react";
import { PendingLine } from "./pending-line";

/** A part of a page whose code is not among the page's first. */
export function latePart<Props extends object>(load: () => Promise<ComponentType<Props>>, meanwhile: ReactNode = null) {
  const Part = lazy(async () => ({ default: await load() }));
  return (props: Props) => createElement(Suspense, { fallback: meanwhile }, createElement(Part as ComponentType<Props>, props));
}

/**
 * A dialog whose code comes late. `approach` goes on what opens it: the code is fetched when pointer or focus come there, so that
 * the click need not wait for it; a finger's does, and is told so. Where the code cannot be had, the portal may be another
 * version by now: `openOr` names the page that does the same, else this page is loaded anew.
 */
export function lazyDialog<Props extends object>(load: () => Promise<ComponentType<Props>>) {
  let page: string | undefined;
  const loadOrLeave = () =>
    load().catch(() => {
      location.assign(page ?? location.pathname + location.search);
      return new Promise<never>(() => {});
    });
  // A failure here is not yet one for whoever looks: opening the dialog tries again.
  const fetchCode = () => void load().catch(() => {});
  return Object.assign(latePart(loadOrLeave, createElement(PendingLine)), {
    approach: { onPointerEnter: fetchCode, onFocus: fetchCode },
    openOr: (other: string, open: () => void) => {
      page = other;
      open();
    },
  });
}
