"use client";

import { useRef, useState } from "react";
import { PauseDialog, RegenerateDialog, RevokeDialog } from "./dialogs";
import { useKeyActions } from "./key-actions";
import { KeyMenu, PauseItem, RegenerateItem, RevokeItem } from "./key-menu";

export function RowMenu({ uuid }: { uuid: string }) {
  const { targets } = useKeyActions();
  const target = targets.find((each) => each.uuid === uuid);
  const [open, setOpen] = useState<"revoke" | "regenerate" | "pause" | null>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  // Nothing can be done to a revoked one.
  if (!target || target.state === "revoked") return null;
  const focus = () => (trigger.current?.isConnected ? trigger.current : document.getElementById("content"))?.focus();
  const dialog = { onClose: () => setOpen(null), onClosed: focus };
  return (
    <>
      <KeyMenu target={target} triggerRef={trigger}>
        <RegenerateItem target={target} onSelect={() => setOpen("regenerate")} />
        <PauseItem target={target} onSelect={() => setOpen("pause")} />
        <RevokeItem target={target} onSelect={() => setOpen("revoke")} />
      </KeyMenu>
      {open === "pause" && <PauseDialog target={target} {...dialog} />}
      {open === "revoke" && <RevokeDialog targets={[target]} {...dialog} />}
      {open === "regenerate" && <RegenerateDialog target={target} {...dialog} />}
    </>
  );
}
