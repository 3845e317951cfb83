"use client";

import { type SubmitEvent, useEffect, useRef, useState } from "react";
import { AccountName } from "@/components/account/account-name";
import { primaryButton, secondaryButton } from "@/components/ui/button-styles";
import { Dialog } from "@/components/ui/dialog";
import { FormNotice, FormStateProvider } from "@/components/ui/form";
import { AccountField } from "@/components/ui/form-account";
import { explained } from "@/components/ui/no-answer";
import { PasswordField } from "@/components/ui/password-field";
import type { FormAction, FormState } from "@/lib/doors/form-state";
import { PASSWORD_NEEDED } from "@/lib/values/fresh";

type Props = {
  isOpen: boolean;
  email: string;
  action: FormAction;
  onConfirmed: () => void;
  onCancel: () => void;
  onClosed: () => void;
};

export function PasswordDialog({ isOpen, onCancel, onClosed, ...form }: Props) {
  return (
    <Dialog
      isOpen={isOpen}
      onClose={onCancel}
      onClosed={onClosed}
      title="Confirm it is you"
      description={`${PASSWORD_NEEDED} Give it, and what you began goes on.`}
    >
      <PasswordForm {...form} onCancel={onCancel} />
    </Dialog>
  );
}

const EMPTY: FormState = { fields: {}, values: {} };

/**
 * Not a `Form`: React holds back what other forms' actions answer until the one that waits for this password is done, and
 * a wrong password has to be told before that.
 */
function PasswordForm({ email, action, onConfirmed, onCancel }: Omit<Props, "isOpen" | "onClosed">) {
  const [state, setState] = useState(EMPTY);
  const form = useRef<HTMLFormElement>(null);
  const isSending = useRef(false);

  useEffect(() => {
    if (state !== EMPTY) form.current?.querySelector<HTMLElement>("[aria-invalid=true], [data-notice]")?.focus();
  }, [state]);

  async function send(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    if (isSending.current) return;
    isSending.current = true;
    const sent = new FormData(event.currentTarget);
    const answer: FormState = { ...EMPTY, ...(await explained(() => action(EMPTY, sent))) };
    isSending.current = false;
    if (answer.isDone) onConfirmed();
    else setState(answer);
  }

  return (
    <form ref={form} onSubmit={send} noValidate className="space-y-5">
      <FormStateProvider value={state}>
        <FormNotice />
        <AccountField />
        <AccountName email={email} />
        <PasswordField name="password" label="Password" autoComplete="current-password" />
      </FormStateProvider>
      <div className="flex flex-wrap justify-end gap-3">
        <button type="button" onClick={onCancel} className={secondaryButton}>
          Cancel
        </button>
        <button type="submit" className={primaryButton}>
          Confirm
        </button>
      </div>
    </form>
  );
}
