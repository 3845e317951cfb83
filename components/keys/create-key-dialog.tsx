"use client";

import { type ReactNode, useState } from "react";
import type { IssueAction } from "@/lib/keys/action-states";
import { CreateFields, newIdempotencyKey } from "./issue-fields";
import { ShowOnceDialog } from "./show-once-dialog";

type Props = {
  action: IssueAction;
  page?: string | undefined;
  onClose: () => void;
  onClosed: () => void;
  title?: string;
  /** Fields that come before the others. */
  children?: ReactNode;
};

export function CreateKeyDialog({ action, page, onClose, onClosed, title = "Create a key", children }: Props) {
  const [openedAt] = useState(() => new Date());
  const [idempotencyKey] = useState(newIdempotencyKey);
  return (
    <ShowOnceDialog
      title={title}
      submit="Create key"
      sending="Creating…"
      action={action}
      page={page}
      onClose={onClose}
      onClosed={onClosed}
    >
      {children}
      <CreateFields openedAt={openedAt} idempotencyKey={idempotencyKey} />
    </ShowOnceDialog>
  );
}
