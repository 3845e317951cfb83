import { ALPHABET_NAMES, MAX_CREDENTIAL_LENGTH, MAX_FORMS, MIN_BODY_LENGTH } from "@latchkey/rule/forms";
import { z } from "zod";
import type { Run } from "@/lib/database/client";
import { int, statement, text } from "@/lib/database/statements";

const PREFIX =
  "A prefix has 3 to 32 of a-z, 0-9, _ and -, begins with a letter and ends with _ or -. Without one, the length is that of the whole. What begins with lks_ is a service's.";

/** How another product's credentials look. Texts are searched for prefixes by how they end, whatever their case. */
export const credentialForm = z.strictObject({
  prefix: z
    .string()
    .regex(/^(?!lks_$)(?:[a-z][a-z0-9_-]{1,30}[_-])?$/, PREFIX)
    .default(""),
  signs: z.enum(ALPHABET_NAMES, "This is no alphabet."),
  length: z.int().min(MIN_BODY_LENGTH).max(MAX_CREDENTIAL_LENGTH),
});

/** In one order on each server: of several that fit, the first wins. */
const LIST = statement(
  "credential-forms",
  { prefix: text, signs: text, length: int },
  `SELECT prefix, signs, length FROM credential_forms ORDER BY added_at, prefix, signs, length LIMIT ${MAX_FORMS}`,
);

/** Those that are registered. What a later version has besides is left out. */
export async function listForms(run: Run) {
  return (await run(LIST, {})).flatMap((row) => credentialForm.safeParse(row).data ?? []);
}
