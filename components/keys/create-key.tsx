"use client";

import { type ReactNode, useLayoutEffect, useRef, useState } from "react";
import { primaryButton } from "@/components/ui/button-styles";
import { DialogButton } from "@/components/ui/dialog-button";
import type { IssueAction } from "@/lib/keys/action-states";
import { CreateKeyDialog } from "./dialogs";

type Props = {
  action: IssueAction;
  /** Where a key is made without scripts, or before they are there. */
  page?: string;
  title?: string;
  /** Fields that come before the others. */
  children?: ReactNode;
};

export function CreateKey({ action, page, title, children }: Props) {
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
      <DialogButton
        ref={button}
        dialog={CreateKeyDialog}
        page={page}
        open={() => setOpen(true)}
        shortcut="c"
        className={primaryButton}
      >
        Create key
      </DialogButton>
      {isOpen && (
        <CreateKeyDialog
          action={action}
          page={page}
          title={title}
          onClose={() => setOpen(false)}
          onClosed={() => button.current?.focus()}
        >
          {children}
        </CreateKeyDialog>
      )}
    </>
  );
}
