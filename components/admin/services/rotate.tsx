"use client";

import { useRef, useState } from "react";
import { secondaryButton } from "@/components/ui/button-styles";
import { DialogButton } from "@/components/ui/dialog-button";
import { returnFocus } from "@/components/ui/return-focus";
import type { IssueAction } from "@/lib/keys/action-states";
import type { ListedService } from "@/lib/services/list";
import { useConfirmedAction } from "../confirmed-action";
import { RotateDialog } from "./dialogs";

export function Rotate({ service, action }: { service: ListedService; action: IssueAction }) {
  const confirmed = useConfirmedAction(action);
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      <DialogButton ref={button} dialog={RotateDialog} page={undefined} open={() => setOpen(true)} className={secondaryButton}>
        Rotate credential
      </DialogButton>
      {isOpen && (
        <RotateDialog
          service={service}
          action={confirmed}
          onClose={() => setOpen(false)}
          onClosed={() => returnFocus(button.current)}
        />
      )}
    </>
  );
}
