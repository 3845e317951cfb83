"use client";

import { useRef, useState } from "react";
import { dangerButton, secondaryButton } from "@/components/ui/button-styles";
import { RegenerateDialog, RevokeDialog } from "./dialogs";
import { useKeyActions } from "./key-actions";

/** The same two dialogs as in a row's menu, for the one key of the page. */
export function KeyButton({ opens }: { opens: "revoke" | "regenerate" }) {
  const target = useKeyActions().targets[0];
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  if (!target) return null;
  const focus = () => (button.current?.isConnected ? button.current : document.getElementById("content"))?.focus();
  const dialog = { onClose: () => setOpen(false), onClosed: focus };
  return (
    <>
      <button
        ref={button}
        type="button"
        onClick={() => setOpen(true)}
        {...(opens === "revoke" ? RevokeDialog : RegenerateDialog).approach}
        className={opens === "revoke" ? dangerButton : secondaryButton}
      >
        {opens === "revoke" ? "Revoke key" : "Regenerate key"}
      </button>
      {isOpen && opens === "revoke" && <RevokeDialog targets={[target]} {...dialog} />}
      {isOpen && opens === "regenerate" && <RegenerateDialog target={target} {...dialog} />}
    </>
  );
}
