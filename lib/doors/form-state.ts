import "server-only";
import { headers } from "next/headers";
import { unstable_rethrow } from "next/navigation";
import { contextOf } from "@/lib/request/context";
import { AppError, ERRORS, type ErrorCode, toAppError } from "@/lib/values/errors";
import { logFailure } from "./endpoint";
import type { ShownReceipts } from "./tell-change";

/** What a form shows after it was sent: the third dialect, beside the two of the HTTP APIs. */
export type FormState = {
  /** About the form as a whole: what went wrong, or what was done. */
  message?: string;
  isDone?: boolean;
  /** Who has applied what was done, where that narrows and somebody follows the feed. */
  receipts?: ShownReceipts;
  /** What one may want to do next. */
  offer?: { href: string; text: string /** Where to; without it, on in this page. */; to?: "tab" | "page" | "new version" };
  /** There is an account with the address already. */
  isTaken?: boolean;
  /** Nothing was done: the password has to be given again first, and then the same form be sent once more. */
  needsPassword?: boolean;
  /** Sentences per input field. */
  fields: Record<string, string[]>;
  /** What was typed, to be shown again. Never a password. */
  values: Record<string, string>;
};

export type FormAction = (state: FormState, form: FormData) => Promise<FormState>;

const SIGNED_OUT: Partial<FormState> = {
  message:
    "You are no longer signed in, so nothing was done. Sign in in another tab, then come back and send this again: what you typed stays here.",
  offer: { href: "/sign-in", text: "Sign in in another tab", to: "tab" },
};

/** Where the sentence that API clients know says too little to a person. */
const SENTENCES: Partial<Record<ErrorCode, Partial<Omit<FormState, "values">>>> = {
  CONFIRMATION_REQUIRED: { message: ERRORS.CONFIRMATION_REQUIRED.message, needsPassword: true },
  NOT_AUTHENTICATED: SIGNED_OUT,
  TOKEN_NOT_VALID: SIGNED_OUT,
  WRONG_PASSWORD: { fields: { currentPassword: ["This is not your current password."] } },
  INVALID_CREDENTIALS: { message: "The e-mail address or the password is wrong." },
  NOT_FOUND: { message: "Not found. Load this page again to see what there is." },
  TEMPORARILY_UNAVAILABLE: { message: ERRORS.TEMPORARILY_UNAVAILABLE.message },
  EMAIL_TAKEN: { fields: { email: ["There is an account with this address."] }, isTaken: true },
};

/**
 * A form's state after a failure. Call it in the `catch` of an action: what Next throws to redirect goes on, and what was
 * not foreseen is logged and told as one sentence.
 */
export async function toFormState(thrown: unknown, form: FormData): Promise<FormState> {
  unstable_rethrow(thrown);
  requireForm(form);
  const error = toAppError(thrown);
  const values = typedValues(form);
  if (error.status >= 500 && !SENTENCES[error.code]) {
    const { id } = contextOf({ headers: await headers() });
    logFailure(error, id);
    return { message: `Something went wrong on our side. Try again; if it stays, tell us this code: ${id}`, fields: {}, values };
  }
  return { ...sentencesOf(error), values };
}

function sentencesOf(error: AppError): Omit<FormState, "values"> {
  if (error.code === "OTHER_ACCOUNT")
    return { message: error.message, offer: { href: "/", text: "Load the portal again", to: "page" }, fields: {} };
  const own = SENTENCES[error.code];
  if (own) return { ...own, fields: { ...error.fields, ...own.fields } };
  if (!error.fields) return { message: error.message, fields: {} };
  const { non_field_errors: general, ...fields } = error.fields;
  return { message: general?.join(" "), fields };
}

/**
 * An action can be called with anything.
 * @throws AppError INVALID_INPUT, which becomes the answer
 */
export function requireForm(sent: FormData): void {
  if (!((sent as unknown) instanceof FormData)) throw new AppError("INVALID_INPUT");
}

function typedValues(form: FormData): Record<string, string> {
  const entries = [...form].filter(
    (entry): entry is [string, string] => typeof entry[1] === "string" && !/^\$|password/i.test(entry[0]),
  );
  return Object.fromEntries(entries);
}
