"use client";

import { useSyncExternalStore } from "react";
import { areShortcutsOn, onShortcutsSwitched, switchShortcuts } from "./shortcut-keys";

/** Single keys get in the way of those who speak to their computer (WCAG 2.1.4). */
export function ShortcutSwitch() {
  const isOn = useSyncExternalStore(onShortcutsSwitched, areShortcutsOn, () => true);
  return (
    <label className="flex w-fit items-start gap-2">
      <input
        type="checkbox"
        checked={isOn}
        onChange={(event) => switchShortcuts(event.target.checked)}
        className="mt-0.5 size-4"
      />
      Use single keys as shortcuts
    </label>
  );
}
