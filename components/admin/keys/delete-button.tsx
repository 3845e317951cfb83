"use client";

import { useRef } from "react";
import { useKeyActions } from "@/components/keys/key-actions";
import { dangerButton } from "@/components/ui/button-styles";
import { useDialogHost } from "@/components/ui/dialog-host";
import { DeleteDialog } from "./lazy-delete-dialog";

/** For the one key of the page. */
export function DeleteButton() {
  const target = useKeyActions().targets[0];
  const show = useDialogHost();
  const button = useRef<HTMLButtonElement>(null);
  if (!target) return null;
  const open = () => show((hosted) => <DeleteDialog targets={[target]} {...hosted} />, button);
  return (
    <button ref={button} type="button" onClick={open} {...DeleteDialog.approach} className={dangerButton}>
      Delete key
    </button>
  );
}
