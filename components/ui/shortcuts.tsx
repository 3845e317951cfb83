"use client";

import { useEffect, useState } from "react";
import { lazyDialog } from "./lazy-dialog";
import { areShortcutsOn, isElsewhere, isShortcut, type Shortcut } from "./shortcut-keys";

const ShortcutsDialog = lazyDialog(async () => (await import("./shortcuts-dialog")).ShortcutsDialog);

/** Listens for single keys, and shows which there are. */
export function Shortcuts() {
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const run: Record<Shortcut, () => boolean> = {
      "/": focusSearch,
      c: () => press("c"),
      "?": () => {
        setOpen(true);
        return true;
      },
    };
    const listen = (event: KeyboardEvent) => {
      if (isShortcut(event) && !isElsewhere(event.target) && areShortcutsOn() && run[event.key]()) event.preventDefault();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
  return isOpen && <ShortcutsDialog onClose={() => setOpen(false)} />;
}

/** Answers whether there is one. */
function focusSearch(): boolean {
  const search = document.querySelector<HTMLInputElement>("[data-search], input[type=search]");
  search?.focus();
  search?.select();
  return search !== null;
}

/** What has this key of its own: a button or a link. */
function press(key: Shortcut): boolean {
  const element = document.querySelector<HTMLElement>(`[aria-keyshortcuts~="${key}"]`);
  element?.focus();
  element?.click();
  return element !== null;
}
