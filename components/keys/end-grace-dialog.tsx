"use client";

import { useState } from "react";
import { AlertCancel, AlertPanel } from "@/components/ui/alert-dialog";
import { dangerButton } from "@/components/ui/button-styles";
import { Form } from "@/components/ui/form";
import { Written } from "@/components/ui/written";
import type { ShownReceipts } from "@/lib/doors/tell-change";
import { DeedDone } from "./deed-done";
import { type KeysDialogProps, useKeyActions } from "./key-actions";
import { DONE } from "./receipts-text";

export function EndGraceDialog({ targets: [target], onClose, onClosed }: KeysDialogProps) {
  const {
    actions: { endGrace },
    changed,
  } = useKeyActions();
  const [receipts, setReceipts] = useState<ShownReceipts | undefined>();
  if (!endGrace || !target) return null;
  return (
    <AlertPanel
      isOpen
      title={
        <>
          {receipts ? "The old credential of " : "End the old credential of "}“<Written>{target.name}</Written>”
          {receipts ? " is ended" : " now?"}
        </>
      }
      description={receipts ? DONE : "Programs that still use it stop working at once. The new one goes on working."}
      onCancel={onClose}
      onClosed={onClosed}
      isDone={receipts !== undefined}
    >
      {receipts ? (
        <DeedDone receipts={receipts} narrowing="old_ended" />
      ) : (
        <div className="mt-5">
          <Form
            submit="End now"
            submitStyle={dangerButton}
            cancel={<AlertCancel>Cancel</AlertCancel>}
            action={async (state, form) => {
              const next = await endGrace(state, form);
              if (next.isDone) {
                if (next.receipts) setReceipts(next.receipts);
                else onClose();
                changed("The old credential no longer works.");
              }
              return next;
            }}
          >
            <input type="hidden" name="uuid" value={target.uuid} />
          </Form>
        </div>
      )}
    </AlertPanel>
  );
}
