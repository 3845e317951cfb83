"use client";

import { unstable_rethrow } from "next/navigation";
import { createContext, type ReactNode, useActionState, useContext, useEffect, useRef } from "react";
import type { FormAction, FormState } from "@/lib/doors/form-state";
import { underWay } from "@/lib/values/under-way";
import { primaryButton } from "./button-styles";
import { useHydrated } from "./hydrated";
import { Link } from "./link";
import { explainNoAnswer } from "./no-answer";
import { Notice } from "./notice";

const EMPTY: FormState = { fields: {}, values: {} };
const StateContext = createContext(EMPTY);

/** For a form that is sent in another way, around its fields. */
export const FormStateProvider = StateContext.Provider;

/** What the form around a field was answered. */
export function useFormState(): FormState {
  return useContext(StateContext);
}

type Props = {
  action: FormAction;
  submit: string;
  /** What the button says until there is an answer. */
  sending?: string;
  /** Where several forms share a page, none of them is its main thing. */
  submitStyle?: string;
  /** A way out, in front of the button. */
  cancel?: ReactNode;
  children?: ReactNode;
};

/** A form that a server action answers. It is a plain form until JavaScript is there; then it keeps the page, and the focus. */
export function Form({ action, submit, sending = underWay(submit), submitStyle = primaryButton, cancel, children }: Props) {
  const isHydrated = useHydrated();
  const [state, formAction, isPending] = useActionState(isHydrated ? orUnreachable(action) : action, EMPTY);
  const form = useRef<HTMLFormElement>(null);
  const isSending = useRef(false);

  useEffect(() => {
    if (state === EMPTY) return;
    isSending.current = false;
    form.current?.querySelector<HTMLElement>("[aria-invalid=true], [data-notice]")?.focus();
  }, [state]);

  return (
    <form
      ref={form}
      action={formAction}
      noValidate
      className="space-y-5"
      onSubmit={(event) => {
        // A second click is the same wish, even before React has heard of the first.
        if (isSending.current) event.preventDefault();
        isSending.current = true;
      }}
    >
      <StateContext value={state}>
        {state.message && (
          <Notice tone={state.isDone ? "positive" : "danger"}>
            {state.message}
            {state.offer && (
              <>
                {" "}
                <Link href={state.offer.href} className="rounded-sm font-medium underline underline-offset-4">
                  {state.offer.text}
                </Link>
              </>
            )}
          </Notice>
        )}
        {children}
        <div className={cancel ? "flex flex-wrap justify-end gap-3" : undefined}>
          {cancel}
          <button type="submit" aria-disabled={isPending} className={`${submitStyle} aria-disabled:opacity-70`}>
            {isPending ? sending : submit}
          </button>
        </div>
      </StateContext>
    </form>
  );
}

/** The server's action itself works without JavaScript; a function around it can say that the server was not reached. */
function orUnreachable(action: FormAction): FormAction {
  return async (state, form) => {
    try {
      return await action(state, form);
    } catch (error) {
      unstable_rethrow(error);
      const values = [...form].filter((entry): entry is [string, string] => !/^\$|password/i.test(entry[0]));
      return { message: explainNoAnswer(error), fields: {}, values: Object.fromEntries(values) };
    }
  };
}
