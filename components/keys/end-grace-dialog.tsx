"use client";

import { AlertCancel, AlertPanel } from "@/components/ui/alert-dialog";
import { dangerButton } from "@/components/ui/button-styles";
import { Form } from "@/components/ui/form";
import { Written } from "@/components/ui/written";
import { type KeysDialogProps, useKeyActions } from "./key-actions";

export function EndGraceDialog({ targets: [target], onClose, onClosed }: KeysDialogProps) {
  const {
    actions: { endGrace },
    changed,
  } = useKeyActions();
  if (!endGrace || !target) return null;
  return (
    <AlertPanel
      isOpen
      title={
        <>
          End the old credential of “<Written>{target.name}</Written>” now?
        </>
      }
      description="Programs that still use it stop working at once. The new one goes on working."
      onCancel={onClose}
      onClosed={onClosed}
    >
      <div className="mt-5">
        <Form
          submit="End now"
          submitStyle={dangerButton}
          cancel={<AlertCancel>Cancel</AlertCancel>}
          action={async (state, form) => {
            const next = await endGrace(state, form);
            if (next.isDone) {
              onClose();
              changed("The old credential no longer works.");
            }
            return next;
          }}
        >
          <input type="hidden" name="uuid" value={target.uuid} />
        </Form>
      </div>
    </AlertPanel>
  );
}
