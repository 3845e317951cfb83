"use client";

import dynamic from "next/dynamic";
import { useRef, useState } from "react";
import { dangerButton, secondaryButton } from "@/components/ui/button-styles";
import { useKeyActions } from "./key-actions";

const RevokeDialog = dynamic(() => import("./revoke-dialog").then((module) => module.RevokeDialog), { ssr: false });
const RegenerateDialog = dynamic(() => import("./regenerate-dialog").then((module) => module.RegenerateDialog), { ssr: false });

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
        className={opens === "revoke" ? dangerButton : secondaryButton}
      >
        {opens === "revoke" ? "Revoke key" : "Regenerate key"}
      </button>
      {isOpen && opens === "revoke" && <RevokeDialog targets={[target]} {...dialog} />}
      {isOpen && opens === "regenerate" && <RegenerateDialog target={target} {...dialog} />}
    </>
  );
}
