"use client";

import { useRef } from "react";
import { secondaryButton } from "@/components/ui/button-styles";
import { DialogButton } from "@/components/ui/dialog-button";
import { useDialogHost } from "@/components/ui/dialog-host";
import type { IssueAction } from "@/lib/keys/action-states";
import type { ListedService } from "@/lib/services/list";
import { useConfirmedAction } from "../confirmed-action";
import { RotateDialog } from "./dialogs";

export function Rotate({ service, action }: { service: ListedService; action: IssueAction }) {
  const confirmed = useConfirmedAction(action);
  const show = useDialogHost();
  const button = useRef<HTMLButtonElement>(null);
  const open = () => show((hosted) => <RotateDialog service={service} action={confirmed} {...hosted} />, button);
  return (
    <DialogButton ref={button} dialog={RotateDialog} page={undefined} open={open} className={secondaryButton}>
      Rotate credential
    </DialogButton>
  );
}
