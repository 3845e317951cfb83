"use client";

import { type ReactNode, useState } from "react";
import { TextField } from "@/components/ui/text-field";
import type { IssueAction } from "@/lib/keys/action-states";
import { ExpiryField } from "./expiry-field";
import { LimitFields } from "./limit-fields";
import { NoteField } from "./note-field";
import { ShowOnceDialog } from "./show-once-dialog";

type Props = {
  action: IssueAction;
  onClose: () => void;
  onClosed: () => void;
  title?: string;
  /** Fields that come before the others. */
  children?: ReactNode;
};

export function CreateKeyDialog({ action, onClose, onClosed, title = "Create a key", children }: Props) {
  const [openedAt] = useState(() => new Date());
  // Sent again after a lost connection, the form still means the same key. (randomUUID is missing on plain http.)
  const [idempotencyKey] = useState(() => [...crypto.getRandomValues(new Uint32Array(4))].join("-"));
  return (
    <ShowOnceDialog title={title} submit="Create key" sending="Creating…" action={action} onClose={onClose} onClosed={onClosed}>
      {children}
      <TextField name="key_name" label="Name" required autoComplete="off" hint="What will use it, such as Production." />
      <LimitFields />
      <ExpiryField from={openedAt} />
      <NoteField current={null} />
      <input type="hidden" name="idempotency_key" value={idempotencyKey} />
    </ShowOnceDialog>
  );
}
