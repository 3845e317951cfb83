import { maskCredentials } from "@latchkey/rule/credentials";
import { isNameText, isPlainText } from "@latchkey/rule/plain-text";
import { z } from "zod";
import { isFormerId, isSource, MAX_FORMER_ID_LENGTH } from "@/lib/identity/former-ids";
import { MAX_CREDITS } from "@/lib/ledger/limits";
import { emailInOneForm } from "@/lib/values/email";
import { MAX_EMAIL_LENGTH, MAX_REASON_LENGTH } from "@/lib/values/lengths";

// What staff's systems may ask and send. Unknown fields are refused, and the sentences name the field: the dialect has no map of them.

const MAX_NAME_LENGTH = 100;
const MAX_REFERENCE_LENGTH = 100;
const MOST_OF_ONE_PAGE = 1000;
const USUAL_OF_ONE_PAGE = 100;

const required = (field: string) => ({
  error: ({ input }: { input?: unknown }) => `${field} ${input == null ? "is required" : "must be a string"}`,
});
const hasNoCredential = (text: string) => maskCredentials(text) === text;

const email = z
  .string(required("email"))
  .transform(emailInOneForm)
  .pipe(z.email("email is not valid").max(MAX_EMAIL_LENGTH, "email is not valid"))
  .refine(hasNoCredential, "email is not valid")
  .meta({ format: "email", description: "Upper and lower case count as the same." });

const personName = (field: string) =>
  z
    .string(`${field} must be a string`)
    .trim()
    .max(MAX_NAME_LENGTH, { error: `${field} must have at most ${MAX_NAME_LENGTH} characters`, abort: true })
    .refine(
      (text) => text === "" || isNameText(text),
      `${field} must have something to see, and no characters that control or turn text`,
    )
    .transform(maskCredentials)
    .nullish()
    .transform((text) => text ?? "");

const WHOLE = "must be a whole number";

export const createAccountSchema = z
  .strictObject({
    email,
    first_name: personName("first_name").meta({ default: "", description: "May be empty." }),
    last_name: personName("last_name").meta({ default: "", description: "May be empty." }),
    external_id: z
      .union([z.string().trim(), z.int().transform(String)], "external_id must be a string or a whole number")
      .refine(
        isFormerId,
        `external_id must be 1 to ${MAX_FORMER_ID_LENGTH} characters with something to see, and none that control or turn text`,
      )
      .refine(hasNoCredential, "external_id must not be a credential")
      .nullish()
      .transform((id) => id ?? null)
      .meta({ description: `What the person is called in your system, at most ${MAX_FORMER_ID_LENGTH} characters.` }),
    source: z
      .string("source must be a string")
      .refine(
        isSource,
        "source must be 1 to 50 lower-case letters, digits, dots, dashes and underscores, and begin with a letter or a digit",
      )
      .nullish()
      .transform((name) => name ?? "external")
      .meta({ default: "external", description: "The system whose id it is." }),
    credits: z
      .int(`credits ${WHOLE}`)
      .min(0, "credits must not be negative")
      .max(MAX_CREDITS, "credits is too large")
      .nullish()
      .transform((amount) => amount ?? null)
      .meta({ minimum: 0, description: "The balance to begin with, instead of the credits for signing up." }),
    send_mail: z
      .boolean("send_mail must be true or false")
      .nullish()
      .transform((isWanted) => isWanted ?? true)
      .meta({ default: true, description: "Whether the link with which the person sets a password is mailed at once." }),
  })
  .meta({ id: "NewUser" });

export type NewAccount = z.output<typeof createAccountSchema>;

export const changeCreditsSchema = z.strictObject({
  amount: z
    .int(`amount ${WHOLE}, not zero`)
    .min(-MAX_CREDITS, "amount is too large")
    .max(MAX_CREDITS, "amount is too large")
    .refine((amount) => amount !== 0, `amount ${WHOLE}, not zero`)
    .meta({ description: "Credits to add, or below zero, to take. Not zero." }),
  reason: z
    .string(required("reason"))
    .trim()
    .min(1, { error: "reason is required", abort: true })
    .max(MAX_REASON_LENGTH, { error: `reason must have at most ${MAX_REASON_LENGTH} characters`, abort: true })
    .refine(isPlainText, "reason must not contain line breaks or control characters")
    .transform(maskCredentials)
    .meta({ description: "Why, for the person and for staff. It is in the ledger and the audit log." }),
  reference: z
    .string("reference must be a string")
    .trim()
    .min(1, { error: "reference must not be empty", abort: true })
    .max(MAX_REFERENCE_LENGTH, { error: `reference must have at most ${MAX_REFERENCE_LENGTH} characters`, abort: true })
    .refine(isNameText, "reference must have something to see, and no characters that control or turn text")
    .refine(hasNoCredential, "reference must not be a credential")
    .nullish()
    .transform((text) => text ?? null)
    .meta({ description: "What it is about in your system, such as an order. Of each, once: sent again it is the same answer." }),
});

export type CreditChange = z.output<typeof changeCreditsSchema>;

const CURSOR = /^(\d{1,14})-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
export type AccountPlace = { at: Date; id: string };

/** Query of `GET /api/users`. An empty value counts as a missing one. */
export const listAccountsSchema = z.strictObject({
  email: z.string().transform(emailInOneForm).optional().meta({ format: "email", description: "Only whoever has this address." }),
  external_id: z
    .string()
    .trim()
    .optional()
    .meta({ description: "Only whoever is called so elsewhere; also as `SOURCE:ID`. Two people may be." }),
  q: z
    .string()
    .trim()
    .max(MAX_EMAIL_LENGTH, `q must have at most ${MAX_EMAIL_LENGTH} characters`)
    .refine(isPlainText, "q must not contain control characters")
    .optional()
    .meta({ description: "Part of a name or an address, an id here or elsewhere, or the visible part of a key." }),
  limit: z
    .string()
    .default("")
    .refine(
      (text) => text === "" || (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= MOST_OF_ONE_PAGE),
      `limit must be from 1 to ${MOST_OF_ONE_PAGE}`,
    )
    .transform((text) => Number(text || USUAL_OF_ONE_PAGE))
    .meta({
      type: "integer",
      minimum: 1,
      maximum: MOST_OF_ONE_PAGE,
      default: USUAL_OF_ONE_PAGE,
      description: `How many users, from 1 to ${MOST_OF_ONE_PAGE}.`,
    }),
  cursor: z
    .string()
    .default("")
    .transform((text, context): AccountPlace | null => {
      const [, at, id] = CURSOR.exec(text) ?? [];
      if (at && id) return { at: new Date(Number(at)), id };
      if (text !== "") context.addIssue({ code: "custom", message: "cursor is not valid" });
      return null;
    })
    .meta({ type: "string", description: "`next_cursor` of the page before." }),
});

export type AccountSearch = z.output<typeof listAccountsSchema>;

export function writeCursor({ at, id }: AccountPlace): string {
  return `${at.getTime()}-${id}`;
}
