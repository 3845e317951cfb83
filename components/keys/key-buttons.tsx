"use client";

import { useRef, useState } from "react";
import { dangerButton, secondaryButton } from "@/components/ui/button-styles";
import { DialogButton } from "@/components/ui/dialog-button";
import { returnFocus } from "@/components/ui/return-focus";
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
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  if (!target) return null;
  const { text, dialog: code, style } = BUTTONS[opens];
  const page = isOwn ? keyDeedPage(target.uuid, opens) : undefined;
  const focus = () => returnFocus(button.current);
  const dialog = { onClose: () => setOpen(false), onClosed: focus };
  return (
    <>
      <DialogButton ref={button} dialog={code} page={page} open={() => setOpen(true)} className={style}>
        {opens === "pause" && target.state === "disabled" ? "Enable key" : text}
      </DialogButton>
      {isOpen && opens === "revoke" && <RevokeDialog targets={[target]} {...dialog} />}
      {isOpen && opens === "regenerate" && <RegenerateDialog target={target} {...dialog} />}
      {isOpen && opens === "pause" && <PauseDialog target={target} {...dialog} />}
    </>
  );
}
