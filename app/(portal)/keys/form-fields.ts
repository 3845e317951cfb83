import type { FormState } from "@/lib/doors/form-state";
import { validate } from "@/lib/doors/read-json";
import type { IssueState } from "@/lib/keys/action-states";
import { readEnd } from "@/lib/keys/end-form";
import { LIMIT_ADVICE } from "@/lib/keys/limits";
import type { Regeneration } from "@/lib/keys/regenerate";
import { readIdempotencyKey, regenerateKeySchema } from "@/lib/keys/schemas";
import { AppError, ERRORS, isErrorCode } from "@/lib/values/errors";
import { MAX_KEY_NAME_LENGTH, MAX_NOTE_LENGTH } from "@/lib/values/lengths";

/** What to do, where the sentence for API clients speaks of JSON. */
const SENTENCES: Record<string, string> = {
  MISSING_KEY_NAME: "Give the key a name.",
  INVALID_KEY_NAME: `Use at most ${MAX_KEY_NAME_LENGTH} characters on one line: something to see, and nothing that turns text around.`,
  ...LIMIT_ADVICE,
  INVALID_NOTE: `Use at most ${MAX_NOTE_LENGTH} characters, none of them a control character.`,
  INVALID_EXPIRES_AT: "Choose a day.",
};

export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}

/**
 * As the dialog that regenerates has it, and its page.
 * @throws AppError INVALID_GRACE_SECONDS, INVALID_EXPIRES_AT
 */
export function readRegeneration(form: FormData, timeZone: string): Regeneration {
  const { grace_seconds, expires_at } = validate(regenerateKeySchema, {
    grace_seconds: Number(textOf(form, "grace_seconds")),
    ...(form.get("end") === "new" && { expires_at: readEnd(form, timeZone) }),
  });
  const idempotencyKey = readIdempotencyKey(textOf(form, "idempotency_key") || null);
  return { graceSeconds: grace_seconds, expiresAt: expires_at, idempotencyKey };
}

/** Of a form that was heard before: what it got then was shown once, so it names the key and what can be done. */
export function explainRepeat(
  state: FormState,
  error: unknown,
  { sentence, way }: { sentence: string; way: (uuid: string) => FormState["offer"] },
): IssueState {
  if (!(error instanceof AppError) || !error.code.startsWith("IDEMPOTENCY_KEY_")) return state;
  if (!error.key) return { ...state, message: sentence };
  const { uuid, name } = error.key;
  return { ...state, message: sentence, offer: way(uuid), repeated: { uuid, name } };
}

/** The shared schemas answer with codes; people get sentences. */
export function withSentences(state: FormState): FormState {
  const sentence = (text: string) => SENTENCES[text] ?? (isErrorCode(text) ? ERRORS[text].message : text);
  const fields = Object.entries(state.fields).map(([name, texts]) => [name, texts.map(sentence)]);
  return { ...state, fields: Object.fromEntries(fields) };
}
