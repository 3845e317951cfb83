"use client";

import { useRef, useState } from "react";
import { dangerButton, secondaryButton } from "@/components/ui/button-styles";
import { PauseDialog, RegenerateDialog, RevokeDialog } from "./dialogs";
import { useKeyActions } from "./key-actions";

const BUTTONS = {
  regenerate: { text: "Regenerate key", approach: RegenerateDialog.approach, style: secondaryButton },
  pause: { text: "Disable key", approach: PauseDialog.approach, style: secondaryButton },
  revoke: { text: "Revoke key", approach: RevokeDialog.approach, style: dangerButton },
} as const;

/** The same dialogs as in a row's menu, for the one key of the page. */
export function KeyButton({ opens }: { opens: keyof typeof BUTTONS }) {
  const target = useKeyActions().targets[0];
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  if (!target) return null;
  const { text, approach, style } = BUTTONS[opens];
  const focus = () => (button.current?.isConnected ? button.current : document.getElementById("content"))?.focus();
  const dialog = { onClose: () => setOpen(false), onClosed: focus };
  return (
    <>
      <button ref={button} type="button" onClick={() => setOpen(true)} {...approach} className={style}>
        {opens === "pause" && target.state === "disabled" ? "Enable key" : text}
      </button>
      {isOpen && opens === "revoke" && <RevokeDialog targets={[target]} {...dialog} />}
      {isOpen && opens === "regenerate" && <RegenerateDialog target={target} {...dialog} />}
      {isOpen && opens === "pause" && <PauseDialog target={target} {...dialog} />}
    </>
  );
}
