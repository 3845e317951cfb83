"use client";

import { useRef } from "react";
import { dangerButton, secondaryButton } from "@/components/ui/button-styles";
import { DialogButton } from "@/components/ui/dialog-button";
import { useDialogHost } from "@/components/ui/dialog-host";
import { PauseDialog, RegenerateDialog, RevokeDialog } from "./dialogs";
import { useKeyActions } from "./key-actions";
import { keyDeedPage } from "./key-pages";

const BUTTONS = {
  regenerate: { text: "Regenerate key", dialog: RegenerateDialog, style: secondaryButton },
  pause: { text: "Disable key", dialog: PauseDialog, style: secondaryButton },
  revoke: { text: "Revoke key", dialog: RevokeDialog, style: dangerButton },
} as const;

/** The same dialogs as in a row's menu, for the one key of the page. */
export function KeyButton({ opens }: { opens: keyof typeof BUTTONS }) {
  const { targets, isOwn } = useKeyActions();
  const target = targets[0];
  const show = useDialogHost();
  const button = useRef<HTMLButtonElement>(null);
  if (!target) return null;
  const { text, dialog: Dialog, style } = BUTTONS[opens];
  const page = isOwn ? keyDeedPage(target.uuid, opens) : undefined;
  const open = () => show((hosted) => <Dialog targets={[target]} {...hosted} />, button);
  return (
    <DialogButton ref={button} dialog={Dialog} page={page} open={open} className={style}>
      {opens === "pause" && target.state === "disabled" ? "Enable key" : text}
    </DialogButton>
  );
}
