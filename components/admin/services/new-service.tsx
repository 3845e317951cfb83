"use client";

import { useRef, useState } from "react";
import { primaryButton } from "@/components/ui/button-styles";
import { DialogButton } from "@/components/ui/dialog-button";
import { returnFocus } from "@/components/ui/return-focus";
import { useConfirmedAction } from "../confirmed-action";
import { NewServiceDialog } from "./dialogs";
import type { IssueServiceAction } from "./service-actions";

export function NewService({ action }: { action: IssueServiceAction }) {
  const confirmed = useConfirmedAction(action);
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      <DialogButton
        ref={button}
        dialog={NewServiceDialog}
        page={undefined}
        open={() => setOpen(true)}
        shortcut="c"
        className={primaryButton}
      >
        New service
      </DialogButton>
      {isOpen && (
        <NewServiceDialog
          action={confirmed}
          onClose={() => setOpen(false)}
          // The first service takes the place of the button that made it.
          onClosed={() => returnFocus(button.current)}
        />
      )}
    </>
  );
}
