"use client";

import { ShowOnceDialog } from "@/components/keys/show-once-dialog";
import { CREDENTIAL_WORDS, SaveCredential } from "./save-credential";
import type { IssueServiceAction } from "./service-actions";
import { ServiceFields } from "./service-fields";

type Props = { action: IssueServiceAction; onClose: () => void; onClosed: () => void };

export function NewServiceDialog({ action, onClose, onClosed }: Props) {
  return (
    <ShowOnceDialog
      title="New service"
      description="A program with a credential of its own, which is shown once."
      submit="Make service"
      sending="Making…"
      action={action}
      words={CREDENTIAL_WORDS}
      save={(props) => <SaveCredential {...props} scopes={props.issued.scopes} />}
      onClose={onClose}
      onClosed={onClosed}
    >
      <ServiceFields />
    </ShowOnceDialog>
  );
}
