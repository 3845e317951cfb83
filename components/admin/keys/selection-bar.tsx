"use client";

import { useState } from "react";
import { RevokeDialog } from "@/components/keys/dialogs";
import { type KeyTarget, useKeyActions } from "@/components/keys/key-actions";
import { isOffered } from "@/components/keys/refusals";
import { SelectionFrame } from "@/components/keys/selection";
import { secondaryButton } from "@/components/ui/button-styles";
import { DeleteDialog } from "./lazy-delete-dialog";

type Open = { dialog: "revoke" | "delete"; targets: readonly KeyTarget[] };

/** What staff can do with all that is ticked. */
export function StaffSelectionBar() {
  const { selected } = useKeyActions();
  // What was ticked when the dialog opened: the list changes under it.
  const [open, setOpen] = useState<Open | null>(null);
  const revocable = selected.filter((target) => isOffered("revoke", target));
  const dialog = {
    targets: open?.targets ?? [],
    onClose: () => setOpen(null),
    onClosed: () => document.getElementById("content")?.focus(),
  };
  return (
    <>
      <SelectionFrame>
        {revocable.length > 0 && (
          <button
            type="button"
            onClick={() => setOpen({ dialog: "revoke", targets: revocable })}
            {...RevokeDialog.approach}
            className={secondaryButton}
          >
            {revocable.length === selected.length ? "Revoke selected" : `Revoke ${revocable.length} of them`}
          </button>
        )}
        <button
          type="button"
          onClick={() => setOpen({ dialog: "delete", targets: selected })}
          {...DeleteDialog.approach}
          className={secondaryButton}
        >
          Delete selected
        </button>
      </SelectionFrame>
      {open?.dialog === "revoke" && <RevokeDialog {...dialog} />}
      {open?.dialog === "delete" && <DeleteDialog {...dialog} />}
    </>
  );
}
