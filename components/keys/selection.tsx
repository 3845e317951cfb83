"use client";

import { type ReactNode, useEffect, useRef } from "react";
import { secondaryButton } from "@/components/ui/button-styles";
import { useDialogHost } from "@/components/ui/dialog-host";
import { isolated } from "@/lib/values/isolated";
import { RevokeDialog } from "./dialogs";
import { useKeyActions } from "./key-actions";

export function SelectRow({ uuid }: { uuid: string }) {
  const { targets, selected, select, canSelect } = useKeyActions();
  const target = targets.find((each) => each.uuid === uuid);
  if (!target || !canSelect(target)) return null;
  return (
    <input
      type="checkbox"
      aria-label={`Select ${isolated(target.name)}`}
      checked={selected.includes(target)}
      onChange={(event) => select([uuid], event.target.checked)}
      className="noscript:hidden mt-0.5 block size-4"
    />
  );
}

export function SelectAll() {
  const { targets, selected, select, canSelect } = useKeyActions();
  const box = useRef<HTMLInputElement>(null);
  const possible = targets.filter(canSelect);
  const isMixed = selected.length > 0 && selected.length < possible.length;
  useEffect(() => {
    if (box.current) box.current.indeterminate = isMixed;
  }, [isMixed]);
  if (possible.length === 0) return null;
  return (
    <input
      ref={box}
      type="checkbox"
      aria-label="Select all keys on this page"
      checked={selected.length === possible.length}
      onChange={(event) =>
        select(
          possible.map(({ uuid }) => uuid),
          event.target.checked,
        )
      }
      className="noscript:hidden block size-4"
    />
  );
}

/** Stays in sight while something is ticked; `children` are what can be done with it. */
export function SelectionFrame({ children }: { children: ReactNode }) {
  const { selected, select } = useKeyActions();
  if (selected.length === 0) return null;
  const uuids = selected.map(({ uuid }) => uuid);
  return (
    <section
      aria-label="Selected keys"
      className="sticky bottom-4 z-10 mt-4 flex flex-wrap items-center gap-2 rounded-lg border border-line-strong bg-canvas px-3 py-3 shadow-overlay"
    >
      <span className="grow tabular-nums">{selected.length} selected</span>
      <button type="button" onClick={() => select(uuids, false)} className={secondaryButton}>
        Clear
      </button>
      {children}
    </section>
  );
}

export function SelectionBar() {
  const { selected } = useKeyActions();
  const show = useDialogHost();
  const open = () => show((hosted) => <RevokeDialog targets={selected} {...hosted} />, null);
  return (
    <SelectionFrame>
      <button type="button" onClick={open} {...RevokeDialog.approach} className={secondaryButton}>
        Revoke selected
      </button>
    </SelectionFrame>
  );
}
