"use client";

import { type ReactNode, useLayoutEffect, useRef, useState } from "react";
import { primaryButton } from "@/components/ui/button-styles";
import type { IssueAction } from "@/lib/keys/action-states";
import { CreateKeyDialog } from "./dialogs";

type Props = {
  action: IssueAction;
  title?: string;
  /** Fields that come before the others. */
  children?: ReactNode;
};

export function CreateKey({ action, title, children }: Props) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);

  // The first key takes this button's place away; the focus goes to the page then, not to nowhere.
  useLayoutEffect(() => {
    const own = button.current;
    return () => {
      if (document.activeElement === own) document.getElementById("content")?.focus();
    };
  }, []);

  return (
    <>
      <button
        ref={button}
        type="button"
        aria-keyshortcuts="c"
        onClick={() => setOpen(true)}
        {...CreateKeyDialog.approach}
        className={primaryButton}
      >
        Create key
      </button>
      {isOpen && (
        <CreateKeyDialog action={action} title={title} onClose={() => setOpen(false)} onClosed={() => button.current?.focus()}>
          {children}
        </CreateKeyDialog>
      )}
    </>
  );
}
