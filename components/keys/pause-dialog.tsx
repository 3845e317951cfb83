"use client";

import { useState } from "react";
import { AlertCancel, AlertPanel } from "@/components/ui/alert-dialog";
import { primaryButton } from "@/components/ui/button-styles";
import { Form } from "@/components/ui/form";
import { Written } from "@/components/ui/written";
import type { ShownReceipts } from "@/lib/doors/tell-change";
import { DeedDone } from "./deed-done";
import { type KeysDialogProps, useKeyActions } from "./key-actions";
import { PAUSES, pauseDeed } from "./pauses";
import { DONE } from "./receipts-text";

/** Disables a key, or enables one that is disabled. */
export function PauseDialog({ targets: [target], onClose, onClosed }: KeysDialogProps) {
  const {
    actions: { pause },
    changed,
  } = useKeyActions();
  const [receipts, setReceipts] = useState<ShownReceipts | undefined>();
  if (!pause || !target) return null;
  const { uuid, name, state } = target;
  const deed = pauseDeed(state);
  const { title, description, done } = PAUSES[deed];
  return (
    <AlertPanel
      isOpen
      title={
        <>
          {!receipts && `${title} `}“<Written>{name}</Written>”{receipts ? " is disabled" : "?"}
        </>
      }
      description={receipts ? DONE : description}
      onCancel={onClose}
      onClosed={onClosed}
      isDone={receipts !== undefined}
    >
      {receipts ? (
        <DeedDone receipts={receipts} narrowing="narrowed" />
      ) : (
        <div className="mt-5">
          <Form
            submit={`${title} key`}
            submitStyle={primaryButton}
            cancel={<AlertCancel>Cancel</AlertCancel>}
            action={async (state, form) => {
              const next = await pause(state, form);
              if (next.isDone) {
                if (next.receipts) setReceipts(next.receipts);
                else onClose();
                changed(done);
              }
              return next;
            }}
          >
            <input type="hidden" name="uuid" value={uuid} />
            <input type="hidden" name="deed" value={deed} />
          </Form>
        </div>
      )}
    </AlertPanel>
  );
}
