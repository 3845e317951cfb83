"use client";

import { useEffect, useState } from "react";
import { AccountName } from "@/components/account/account-name";
import { Form, useFormState } from "@/components/ui/form";
import { useHydrated } from "@/components/ui/hydrated";
import { Notice } from "@/components/ui/notice";
import { PasswordField } from "@/components/ui/password-field";
import { textLink } from "@/components/ui/text-link";
import type { FormAction } from "@/lib/doors/form-state";

type Props = { email: string; action: FormAction; next: string };

/** Asks for the password and goes on to `next`, which may be a page or a download. */
export function ContinueForm({ email, action, next }: Props) {
  const [isDone, setDone] = useState(false);
  const isHydrated = useHydrated();
  if (isDone) return <GoOn next={next} />;
  const confirm: FormAction = async (state, form) => {
    const answer = await action(state, form);
    if (answer.isDone) setDone(true);
    return answer;
  };
  return (
    <Form action={isHydrated ? confirm : action} submit="Confirm">
      <Links next={next} />
      <AccountName email={email} />
      <PasswordField name="password" label="Password" autoComplete="current-password" />
    </Form>
  );
}

/** A full load: after a download this page is still here, and says how to get on. */
function GoOn({ next }: { next: string }) {
  useEffect(() => window.location.assign(next), [next]);
  return (
    <div className="space-y-5">
      <Notice tone="positive">Your password is confirmed.</Notice>
      <Way next={next} />
    </div>
  );
}

/** Without scripts, the form is answered by this page again. */
function Links({ next }: { next: string }) {
  return useFormState().isDone ? <Way next={next} /> : null;
}

function Way({ next }: { next: string }) {
  const list = next.replace(/\/export(?=\?|$)/, "");
  return (
    <p className="flex flex-wrap gap-x-4 gap-y-1">
      <a href={next} className={textLink}>
        {list === next ? "Go on" : "Download the file"}
      </a>
      {list !== next && (
        <a href={list} className={textLink}>
          Go back to the list
        </a>
      )}
    </p>
  );
}
