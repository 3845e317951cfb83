"use client";

import { useRef, useState } from "react";
import { useKeyActions } from "@/components/keys/key-actions";
import { dangerButton } from "@/components/ui/button-styles";
import { returnFocus } from "@/components/ui/return-focus";
import { DeleteDialog } from "./lazy-delete-dialog";

/** For the one key of the page. */
export function DeleteButton() {
  const target = useKeyActions().targets[0];
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  if (!target) return null;
  const focus = () => returnFocus(button.current);
  return (
    <>
      <button ref={button} type="button" onClick={() => setOpen(true)} {...DeleteDialog.approach} className={dangerButton}>
        Delete key
      </button>
      {isOpen && <DeleteDialog targets={[target]} onClose={() => setOpen(false)} onClosed={focus} />}
    </>
  );
}
