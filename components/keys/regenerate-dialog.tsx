"use client";

import { useState } from "react";
import { Written } from "@/components/ui/written";
import { newIdempotencyKey, RegenerateFields } from "./issue-fields";
import { type KeysDialogProps, useKeyActions } from "./key-actions";
import { keyDeedPage } from "./key-pages";
import { ShowOnceDialog } from "./show-once-dialog";

export function RegenerateDialog({ targets: [target], onClose, onClosed }: KeysDialogProps) {
  const {
    actions: { regenerate },
    isOwn,
  } = useKeyActions();
  const [openedAt] = useState(() => new Date());
  const [idempotencyKey] = useState(newIdempotencyKey);
  if (!regenerate || !target) return null;
  const isExpired = target.state === "expired";
  return (
    <ShowOnceDialog
      title={
        <>
          Regenerate “<Written>{target.name}</Written>”
        </>
      }
      description={`The key gets new credentials${isExpired ? ", and a new end" : ""}. Its name, permissions and history stay.`}
      submit="Regenerate key"
      sending="Regenerating…"
      action={regenerate}
      page={isOwn ? keyDeedPage(target.uuid, "regenerate") : undefined}
      onClose={onClose}
      onClosed={onClosed}
    >
      <RegenerateFields target={target} openedAt={openedAt} idempotencyKey={idempotencyKey} />
    </ShowOnceDialog>
  );
}
