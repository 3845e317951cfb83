"use client";

import { useRef } from "react";
import { useDialogHost } from "@/components/ui/dialog-host";
import { PauseDialog, RegenerateDialog, RevokeDialog } from "./dialogs";
import { useKeyActions } from "./key-actions";
import { KeyMenu, PauseItem, RegenerateItem, RevokeItem } from "./key-menu";
import { keyDeedPage } from "./key-pages";

const DIALOGS = { regenerate: RegenerateDialog, pause: PauseDialog, revoke: RevokeDialog };

export function RowMenu({ uuid }: { uuid: string }) {
  const { targets } = useKeyActions();
  const show = useDialogHost();
  const target = targets.find((each) => each.uuid === uuid);
  const trigger = useRef<HTMLButtonElement>(null);
  // Nothing can be done to a revoked one.
  if (!target || target.state === "revoked") return null;
  const item = (deed: keyof typeof DIALOGS) => {
    const href = keyDeedPage(uuid, deed);
    const Dialog = DIALOGS[deed];
    const open = () => show((hosted) => <Dialog targets={[target]} {...hosted} />, trigger);
    return { href, onSelect: () => Dialog.openOr(href, open) };
  };
  return (
    <KeyMenu target={target} triggerRef={trigger}>
      <RegenerateItem target={target} {...item("regenerate")} />
      <PauseItem target={target} {...item("pause")} />
      <RevokeItem target={target} {...item("revoke")} />
    </KeyMenu>
  );
}
