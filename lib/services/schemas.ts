import { maskCredentials } from "@latchkey/rule/credentials";
import { isNameText, toComparedName } from "@latchkey/rule/plain-text";
import { SCOPES } from "@latchkey/rule/services";
import { z } from "zod";
import { readAddress } from "@/lib/request/client-address";
import { SHARED_SECRETS } from "./known";

export const MAX_SERVICE_NAME_LENGTH = 60;
const MAX_NETWORKS = 50;
const MAX_OWNERS = 100;
const MAX_CREDITS = 1_000_000_000;
/** Of what is typed into one field. */
const MAX_LIST_LENGTH = 10_000;

const id = z.guid("This service does not exist.").transform((text) => text.toLowerCase());

const name = z
  .string("Give it a name.")
  .trim()
  .min(1, { error: "Give it a name.", abort: true })
  .max(MAX_SERVICE_NAME_LENGTH, { error: `Use at most ${MAX_SERVICE_NAME_LENGTH} characters.`, abort: true })
  .refine((text) => isNameText(text) && /[\p{L}\p{N}]/u.test(text), "Use letters or digits, and no control characters.")
  .refine((text) => maskCredentials(text) === text, "This looks like a credential.")
  .refine(
    (text) => !SHARED_SECRETS.some((setting) => toComparedName(setting) === toComparedName(text)),
    "A shared secret has this name.",
  )
  .transform((text) => text.normalize("NFC"));

/** Digits alone: what is empty or blank is no number. */
const digits = (sentence: string, min: number, max: number) =>
  z
    .union(
      [
        z.int(),
        z
          .string()
          .regex(/^\d{1,10}$/)
          .transform(Number),
      ],
      sentence,
    )
    .refine((number) => number >= min && number <= max, sentence);
const credentialId = (min: number) => digits("This credential does not exist.", min, 2 ** 31 - 1);

const scopes = z
  .array(z.enum(SCOPES, "There is no such scope."))
  .min(1, "Choose at least one.")
  .transform((given) => SCOPES.filter((scope) => given.includes(scope)));

/** As people type them: one to a line, or behind commas. */
const lines = (most: number, what: string) =>
  z
    .string()
    .max(MAX_LIST_LENGTH, "This is too long.")
    .transform((text) => [...new Set(text.split(/[\s,;]+/).filter(Boolean))])
    .refine((entries) => entries.length <= most, `At most ${most} ${what}.`);

/** An address alone is the range that holds only it. Null where it is no range. */
export function readRange(entry: string): string | null {
  const [written = "", bits, ...rest] = entry.split("/");
  const address = readAddress(written);
  if (address === null || rest.length > 0 || /[%[\]"]/.test(written)) return null;
  const most = address.includes(":") ? 128 : 32;
  if (bits === undefined) return `${address}/${most}`;
  return /^\d{1,3}$/.test(bits) && Number(bits) <= most ? `${address}/${Number(bits)}` : null;
}

const networks = lines(MAX_NETWORKS, "ranges").transform((entries, context) => {
  const wrong = entries.find((entry) => readRange(entry) === null);
  if (wrong !== undefined)
    context.addIssue({ code: "custom", message: `“${wrong.slice(0, 50)}” is no address and no range such as 203.0.113.0/24.` });
  return entries.flatMap((entry) => readRange(entry) ?? []);
});

const owners = lines(MAX_OWNERS, "owners");

const credits = z
  .string()
  .transform((text) => text.replace(/[\s,_]/g, ""))
  .pipe(z.string().regex(/^\d{0,10}$/, "Give a whole number, or nothing for no bound."))
  .transform((text) => (text === "" ? null : Number(text)))
  .refine((bound) => bound === null || (bound >= 1 && bound <= MAX_CREDITS), `Give 1 to ${MAX_CREDITS.toLocaleString("en-GB")}.`);

const NO_END = "Give a day that lies ahead, or none.";
/** An instant in ISO 8601; an empty text is for none. */
const end = z
  .string(NO_END)
  .transform((text) => (text === "" ? null : new Date(text)))
  .refine((at) => at === null || (!Number.isNaN(at.getTime()) && at > new Date() && at.getUTCFullYear() <= 9999), NO_END);

/** Longer than any restart takes; a revoked key may be accepted for so long by who is cut off. */
const MAX_SERVE_SECONDS = 3_600;

const fields = {
  name,
  scopes,
  networks,
  /** E-mail addresses or ids, as typed. */
  owners,
  maxCreditsPerReport: credits,
  maxCreditsPerMinute: credits,
  /** How long a process of it may go on by what it knew when it hears nothing more. */
  serveForSeconds: digits(
    `Give 0 to ${MAX_SERVE_SECONDS.toLocaleString("en-GB")} seconds, in digits.`,
    0,
    MAX_SERVE_SECONDS,
  ).default(0),
  expiresAt: end,
};

export const createServiceSchema = z.object(fields);
export type ServiceFields = z.output<typeof createServiceSchema>;

/** `version`: of the service as the form showed it; `isSure`: although its last call came from a network that is left out. */
export const changeServiceSchema = z.object({
  ...fields,
  id,
  version: digits("This form is not whole: load the page again.", 1, 2 ** 31 - 1),
  isSure: z.boolean(),
});
export type ServiceChange = z.output<typeof changeServiceSchema>;

/** How long the former credential works beside the new one. */
export const OVERLAPS = [0, 3600, 24 * 3600, 7 * 24 * 3600] as const;
const DEFAULT_OVERLAP = 24 * 3600;
const LONGEST_OVERLAP = Math.max(...OVERLAPS);

/** `credential`: the newest that the form knew of. */
export const rotateServiceSchema = z.object({
  id,
  credential: credentialId(0),
  overlapSeconds: digits(`Give 0 to ${LONGEST_OVERLAP} seconds, in digits.`, 0, LONGEST_OVERLAP).default(DEFAULT_OVERLAP),
});
export const revokeCredentialSchema = z.object({ id, credential: credentialId(1) });
/** On the page, which asks for it to be ticked. */
export const confirmRevocationSchema = z.object({ id, understood: z.literal("on", "Tick this first.") });
export const sharedSecretSchema = z.object({ name: z.enum(SHARED_SECRETS, "There is no such secret."), isOff: z.boolean() });
