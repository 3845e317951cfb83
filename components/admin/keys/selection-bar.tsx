"use client";

import { RevokeDialog } from "@/components/keys/dialogs";
import { type KeyTarget, useKeyActions } from "@/components/keys/key-actions";
import { isOffered } from "@/components/keys/refusals";
import { SelectionFrame } from "@/components/keys/selection";
import { secondaryButton } from "@/components/ui/button-styles";
import { useDialogHost } from "@/components/ui/dialog-host";
import { DeleteDialog } from "./lazy-delete-dialog";

/** What staff can do with all that is ticked. */
export function StaffSelectionBar() {
  const { selected } = useKeyActions();
  const show = useDialogHost();
  const revocable = selected.filter((target) => isOffered("revoke", target));
  const opens = (Dialog: typeof DeleteDialog, targets: readonly KeyTarget[]) => () =>
    show((hosted) => <Dialog targets={targets} {...hosted} />, null);
  return (
    <SelectionFrame>
      {revocable.length > 0 && (
        <button type="button" onClick={opens(RevokeDialog, revocable)} {...RevokeDialog.approach} className={secondaryButton}>
          {revocable.length === selected.length ? "Revoke selected" : `Revoke ${revocable.length} of them`}
        </button>
      )}
      <button type="button" onClick={opens(DeleteDialog, selected)} {...DeleteDialog.approach} className={secondaryButton}>
        Delete selected
      </button>
    </SelectionFrame>
  );
}
