"use client";

import { createContext, type ReactNode, useActionState, useContext, useEffect, useRef } from "react";
import type { FormAction, FormState } from "@/lib/doors/form-state";
import { underWay } from "@/lib/values/under-way";
import { primaryButton } from "./button-styles";
import { AccountField } from "./form-account";
import { useHydrated } from "./hydrated";
import { keepTyped, restoreTyped } from "./kept-form";
import { Link } from "./link";
import { explained } from "./no-answer";
import { Notice } from "./notice";

const EMPTY: FormState = { fields: {}, values: {} };
const StateContext = createContext(EMPTY);

/** For a form that is sent in another way, around its fields. */
export const FormStateProvider = StateContext.Provider;

/** What the form around a field was answered. */
export function useFormState(): FormState {
  return useContext(StateContext);
}

type Props<State extends FormState> = {
  /** Where the same form stands as a page; else it is this one. */
  page?: string | undefined;
  action: (state: FormState, form: FormData) => Promise<State>;
  submit: string;
  /** What the button says until there is an answer. */
  sending?: string;
  /** Where several forms share a page, none of them is its main thing. */
  submitStyle?: string;
  /** A way out, in front of the button. */
  cancel?: ReactNode;
  /** Stands above what the form was answered. */
  heading?: ReactNode;
  /** What takes the form's place once it was answered so; nothing: the form stays. */
  answered?: (state: State) => ReactNode;
  children?: ReactNode;
};

/** A form that a server action answers. It is a plain form until JavaScript is there; then it keeps the page, and the focus. */
export function Form<State extends FormState>({
  page,
  action,
  submit,
  sending = underWay(submit),
  submitStyle = primaryButton,
  cancel,
  heading,
  answered,
  children,
}: Props<State>) {
  const isHydrated = useHydrated();
  const sent = isHydrated ? orUnreachable(action) : action;
  const [state, formAction, isPending] = useActionState<FormState, FormData>(sent, EMPTY, page);
  const form = useRef<HTMLFormElement>(null);
  const isSending = useRef(false);

  useEffect(() => {
    if (form.current) restoreTyped(form.current, submit);
  }, [submit]);

  useEffect(() => {
    if (state === EMPTY) return;
    isSending.current = false;
    form.current?.querySelector<HTMLElement>("[aria-invalid=true], [data-notice]")?.focus();
  }, [state]);

  const answer = answered?.(state as State);
  if (answer) return answer;
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
        {heading}
        <FormNotice page={page} keep={() => form.current && keepTyped(form.current, submit)} />
        <AccountField />
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

/** What the form around it was answered as a whole, and what one may want to do next. */
export function FormNotice({ page = "", keep = () => {} }: { page?: string | undefined; keep?: () => void }) {
  const { message, isDone, offer } = useFormState();
  if (!message) return null;
  return (
    <Notice tone={isDone ? "positive" : "danger"}>
      {message}
      {offer && <Offer {...offer} href={offer.href || page} keep={keep} />}
    </Notice>
  );
}

const offerStyle = "rounded-sm font-medium underline underline-offset-4";

/** What one may want to do next. Another tab leaves what is typed here where it is; another version is loaded as a whole. */
function Offer({ href, text, to, keep }: NonNullable<FormState["offer"]> & { keep: () => void }) {
  const way =
    to === undefined ? (
      <Link href={href} className={offerStyle}>
        {text}
      </Link>
    ) : (
      <a
        href={href}
        {...(to === "tab" && { target: "_blank", rel: "noopener" })}
        onClick={to === "new version" ? keep : undefined}
        className={offerStyle}
      >
        {text}
      </a>
    );
  return <> {way}</>;
}

/** The server's action itself works without JavaScript; a function around it can say that the server was not reached. */
function orUnreachable(action: FormAction): FormAction {
  return async (state, form) => {
    const answer = await explained(() => action(state, form));
    if ("fields" in answer) return answer;
    const values = [...form].filter((entry): entry is [string, string] => !/^\$|password/i.test(entry[0]));
    return { ...answer, fields: {}, values: Object.fromEntries(values) };
  };
}
