"use client";

import { useRef } from "react";
import { PauseDialog, RegenerateDialog, RevokeDialog } from "@/components/keys/dialogs";
import { useKeyActions } from "@/components/keys/key-actions";
import { KeyMenu, PauseItem, RegenerateItem, RevokeItem } from "@/components/keys/key-menu";
import { useDialogHost } from "@/components/ui/dialog-host";
import { MenuItem } from "@/components/ui/menu";
import { DeleteDialog } from "./lazy-delete-dialog";

/** What staff can do with one key of a list. */
export function StaffRowMenu({ uuid }: { uuid: string }) {
  const { targets } = useKeyActions();
  const show = useDialogHost();
  const trigger = useRef<HTMLButtonElement>(null);
  const target = targets.find((each) => each.uuid === uuid);
  if (!target || target.isDeleted) return null;
  const opens = (Dialog: typeof DeleteDialog) => () => show((hosted) => <Dialog targets={[target]} {...hosted} />, trigger);
  return (
    <KeyMenu target={target} triggerRef={trigger}>
      {target.state !== "revoked" && (
        <>
          <RegenerateItem target={target} onSelect={opens(RegenerateDialog)} />
          <PauseItem target={target} onSelect={opens(PauseDialog)} />
          <RevokeItem target={target} onSelect={opens(RevokeDialog)} />
        </>
      )}
      <MenuItem onSelect={opens(DeleteDialog)} {...DeleteDialog.approach} isDanger>
        Delete…
      </MenuItem>
    </KeyMenu>
  );
}
