"use client";

import { Dialog } from "./dialog";
import { SHORTCUTS } from "./shortcut-keys";
import { ShortcutSwitch } from "./shortcut-switch";

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog isOpen title="Keyboard shortcuts" description="On pages that have what they are for." onClose={onClose}>
      <dl className="divide-y divide-line rounded-lg border border-line">
        {Object.entries(SHORTCUTS).map(([key, text]) => (
          <div key={key} className="flex items-center justify-between gap-4 px-4 py-2">
            <dt>{text}</dt>
            <dd>
              <kbd className="inline-block min-w-7 rounded-sm border border-line-strong bg-surface px-2 py-0.5 text-center font-mono text-sm">
                {key}
              </kbd>
            </dd>
          </div>
        ))}
      </dl>
      <div className="mt-5">
        <ShortcutSwitch />
        <p className="mt-1.5 text-ink-muted text-sm">Kept in this browser. The settings have this switch as well.</p>
      </div>
    </Dialog>
  );
}
