import { maskCredentials } from "@latchkey/rule/credentials";
import { fitsForm } from "@latchkey/rule/forms";
import { knownForms } from "@latchkey/rule/known-forms";
import { maskedJson } from "@latchkey/rule/masked-json";
import { isPermissions, type Permissions } from "@latchkey/rule/permissions";
import { isNameText } from "@latchkey/rule/plain-text";
import { z } from "zod";
import { parseInstant } from "@/lib/values/instant";
import { credentialForm } from "@/lib/verification/forms";

/** Rows of CSV say everything as text, and those of NDJSON may: what is JSON elsewhere may be its text. */

const MAX_FORMER_ID_LENGTH = 100;
const EARLIEST_MS = Date.parse("1970-01-01T00:00:00Z");
const LATEST_MS = Date.parse("9999-12-31T23:59:59.999Z");
/** Seconds of an epoch have 9 or 10 digits, milliseconds 12 or 13: from 1973 on, so that no day without dashes is taken for one. */
const [EPOCH_SECONDS, EPOCH_MILLISECONDS] = [/^\d{9,10}$/, /^\d{12,13}$/];

export const sourceName = z
  .string("A source must be text.")
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,49}$/,
    "A source has 1 to 50 of a-z, 0-9, dots, dashes and underscores, and begins with a letter or digit.",
  )
  .meta({ description: "Where an id is from." });

export const formerId = z
  .union([z.string(), z.int()], "This must be text or a whole number.")
  .transform((id) => String(id).trim())
  .refine((id) => id !== "", { error: "This must not be blank.", abort: true })
  .refine((id) => id.length <= MAX_FORMER_ID_LENGTH, {
    error: `This has more than ${MAX_FORMER_ID_LENGTH} characters.`,
    abort: true,
  })
  .refine(
    (id) => isNameText(id) && (maskCredentials(id) === id || isBare(id)),
    "This is no id: it holds characters that control text, or a credential.",
  )
  .meta({ type: ["string", "integer"], maxLength: MAX_FORMER_ID_LENGTH });

/**
 * Ids may look as keys without a prefix do, and those of a file are the same before and after its keys made the form known. A
 * key’s own row is searched for it.
 */
function isBare(id: string): boolean {
  return knownForms().some((form) => form.prefix === "" && fitsForm(id, form));
}

/** What is no id is not repeated: it could be a credential in the wrong column. */
export function readableId(id: unknown): string | null {
  const read = formerId.safeParse(id);
  return read.success ? read.data : null;
}

/** What a row that is refused is called there, if that opens nothing. */
export function idOf({ id, user_id, credential, secret }: Record<string, unknown>): string | null {
  const named = id ?? user_id;
  return named === credential || named === secret ? null : readableId(named);
}

export const instant = z
  .union([z.string(), z.number()], "This is no date and time.")
  .transform((written, context) => {
    const read = readInstant(String(written).trim());
    if (!read) context.addIssue({ code: "custom", message: "This is no date and time from 1970 to 9999." });
    return read ?? new Date(0);
  })
  .meta({
    type: ["string", "integer"],
    description:
      "ISO 8601, `2026-11-28 09:30:00+00` as databases write it (without a zone: UTC), or seconds or milliseconds since 1970.",
  });

/** Of what has been: what lies ahead, by a wrong clock or zone, counts as now. No use would ever be later than such a last one. */
export const past = instant.transform(notAhead);

export function notAhead(at: Date): Date {
  return new Date(Math.min(at.getTime(), Date.now()));
}

function readInstant(text: string): Date | null {
  if (EPOCH_SECONDS.test(text)) return new Date(Number(text) * 1000);
  if (EPOCH_MILLISECONDS.test(text)) return new Date(Number(text));
  const at = parseInstant(text);
  return at && at.getTime() >= EARLIEST_MS && at.getTime() <= LATEST_MS ? at : null;
}

const TRUE = ["true", "t", "1", "yes"];
const FALSE = ["false", "f", "0", "no"];

export const flag = z
  .union([z.boolean(), z.string(), z.int()], "This is neither true nor false.")
  .transform((written, context) => {
    const text = String(written).trim().toLowerCase();
    if (![...TRUE, ...FALSE].includes(text)) context.addIssue({ code: "custom", message: "This is neither true nor false." });
    return TRUE.includes(text);
  })
  .meta({ type: ["boolean", "string", "integer"], description: "`true` or `false`; also `t`, `1`, `yes`, `f`, `0`, `no`." });

/** A whole number within bounds, as a number or its digits. */
export const whole = (least: number, most: number) =>
  z
    .union([z.number(), z.string()], "This is no whole number.")
    .transform((written) => (typeof written === "string" && /^\s*-?\d{1,16}\s*$/.test(written) ? Number(written) : written))
    .pipe(
      z
        .number("This is no whole number.")
        .refine(Number.isInteger, "This is no whole number.")
        .min(least, `This is below ${least}.`)
        .max(most, `This is above ${most}.`),
    )
    .meta({ type: ["integer", "string"] });

/** What is null or empty says nothing. */
export function withoutBlanks(fields: Record<string, unknown>): Record<string, unknown> {
  const isBlank = (held: unknown) => held === null || held === "";
  if (!Object.values(fields).some(isBlank)) return fields;
  return Object.fromEntries(Object.entries(fields).filter(([, held]) => !isBlank(held)));
}

/** A list of objects, or its text. */
export function parsedList(given: unknown): unknown {
  const list = parsed(given);
  const isObject = (item: unknown) => typeof item === "object" && item !== null && !Array.isArray(item);
  return Array.isArray(list) ? list.map((item) => (isObject(item) ? withoutBlanks(item) : item)) : list;
}

/** JSON, or its text. */
function parsed(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

export const permissions = z
  .unknown()
  .transform((given, context): Permissions => {
    const value = parsed(given);
    if (isPermissions(value) && maskedJson(value) === JSON.stringify(value)) return value;
    context.addIssue({ code: "custom", message: "Permissions are a list of texts, or an object of lists, of at most 4 KiB." });
    return [];
  })
  .meta({
    type: ["array", "object", "string"],
    description: "A list of actions, or an object of resource to list of actions; or its JSON as text.",
  });

const DIGESTS = [/^[0-9a-f]{64}$/i, /^[A-Za-z0-9_-]{43}=?$/, /^[A-Za-z0-9+/]{43}=?$/];

/** 32 bytes, one to a character. */
export const digest = z
  .string("This must be text.")
  .trim()
  .transform((text, context) => {
    const isHex = DIGESTS[0]?.test(text);
    if (!DIGESTS.some((form) => form.test(text)))
      context.addIssue({
        code: "custom",
        message: "This is no SHA-256: it has 64 hexadecimal digits, or 43 characters of base64url.",
      });
    return Buffer.from(text, isHex ? "hex" : "base64").toString("latin1");
  })
  .meta({ description: "In hexadecimal digits or base64url." });

const namedForm = z.enum(["mf_live", "datazag", "foreign"], "This is no form.");
export const form = z.preprocess(parsed, z.union([namedForm, credentialForm], "This is no form of credentials.")).meta({
  anyOf: [
    { type: "string", enum: namedForm.options },
    z.toJSONSchema(credentialForm, { io: "input" }),
    { type: "string", description: "The same object as text." },
  ],
  description:
    "How the credential looks, where only its hash is given: `mf_live` or `datazag`, or a prefix, an alphabet and so many characters after the prefix. `foreign`: as one of the forms that the file has rows for.",
});
