"use client";

import type { ReactNode } from "react";
import { dangerButton, primaryButton, secondaryButton } from "@/components/ui/button-styles";
import { Dialog } from "@/components/ui/dialog";
import { Form } from "@/components/ui/form";
import type { FormState } from "@/lib/doors/form-state";
import { useConfirmedAction } from "../confirmed-action";

type Props<State extends FormState> = {
  title: string;
  description: ReactNode;
  submit: string;
  isDanger?: boolean;
  action: (state: FormState, form: FormData) => Promise<State>;
  /** What the form says without being asked. */
  hidden: Record<string, string>;
  onClose: () => void;
  onDone: (state: State) => void;
  onClosed: () => void;
  children?: ReactNode;
};

/** A form in a dialog that asks for the password where needed. What went wrong stays in it. */
export function ActionDialog<State extends FormState>({ action, onDone, ...props }: Props<State>) {
  // The next state is all that counts; the one before has no part in any answer.
  const confirmed = useConfirmedAction<FormState>(action);
  return (
    <Dialog isOpen onClose={props.onClose} onClosed={props.onClosed} title={props.title} description={props.description}>
      <Form
        submit={props.submit}
        submitStyle={props.isDanger ? dangerButton : primaryButton}
        cancel={
          <button type="button" onClick={props.onClose} className={secondaryButton}>
            Cancel
          </button>
        }
        action={async (state, form) => {
          const next = await confirmed(state, form);
          if (next.isDone) onDone(next as State);
          return next;
        }}
      >
        {Object.entries(props.hidden).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        {props.children}
      </Form>
    </Dialog>
  );
}
