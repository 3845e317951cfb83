"use client";

import { useRef, useState } from "react";
import { PauseDialog, RegenerateDialog, RevokeDialog } from "@/components/keys/dialogs";
import { useKeyActions } from "@/components/keys/key-actions";
import { KeyMenu, PauseItem, RegenerateItem, RevokeItem } from "@/components/keys/key-menu";
import { MenuItem } from "@/components/ui/menu";
import { returnFocus } from "@/components/ui/return-focus";
import { DeleteDialog } from "./lazy-delete-dialog";

/** What staff can do with one key of a list. */
export function StaffRowMenu({ uuid }: { uuid: string }) {
  const { targets } = useKeyActions();
  const [open, setOpen] = useState<"revoke" | "regenerate" | "pause" | "delete" | null>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const target = targets.find((each) => each.uuid === uuid);
  if (!target || target.isDeleted) return null;
  const focus = () => returnFocus(trigger.current);
  const dialog = { onClose: () => setOpen(null), onClosed: focus };
  return (
    <>
      <KeyMenu target={target} triggerRef={trigger}>
        {target.state !== "revoked" && (
          <>
            <RegenerateItem target={target} onSelect={() => setOpen("regenerate")} />
            <PauseItem target={target} onSelect={() => setOpen("pause")} />
            <RevokeItem target={target} onSelect={() => setOpen("revoke")} />
          </>
        )}
        <MenuItem onSelect={() => setOpen("delete")} {...DeleteDialog.approach} isDanger>
          Delete…
        </MenuItem>
      </KeyMenu>
      {open === "regenerate" && <RegenerateDialog target={target} {...dialog} />}
      {open === "pause" && <PauseDialog target={target} {...dialog} />}
      {open === "revoke" && <RevokeDialog targets={[target]} {...dialog} />}
      {open === "delete" && <DeleteDialog targets={[target]} {...dialog} />}
    </>
  );
}
