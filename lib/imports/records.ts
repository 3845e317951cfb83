import { z } from "zod";
import { forgotPasswordSchema, replaceProfileSchema } from "@/lib/identity/schemas";
import { createKeySchema, generateKeySchema } from "@/lib/keys/schemas";
import { MAX_CREDITS } from "@/lib/ledger/limits";
import { isUuid } from "@/lib/values/ids";
import { credentialForm } from "@/lib/verification/forms";
import { digest, flag, form, formerId, instant, parsedList, past, permissions, sourceName, whole } from "./fields";

export const MAX_REPLACED = 20;

const { email } = forgotPasswordSchema.shape;
const { last_name: name, phone_number, timezone } = replaceProfileSchema.shape;
const uuid = z
  .string()
  .refine(isUuid, "This is no UUID.")
  .transform((id) => id.toLowerCase());
const ender = z.enum(["owner", "staff", "leak", "proof"], "This is neither owner nor staff.");
const credits = whole(-MAX_CREDITS, MAX_CREDITS).meta({ description: "What is left to the person. Entered once in the ledger." });

const userSchema = z.strictObject({
  type: z.literal("user").optional(),
  id: formerId.describe("What the person is called where they come from."),
  uuid: uuid.optional().describe("From another Latchkey: the id that is kept here if nobody has it."),
  email,
  email_verified: flag.optional().describe("Whether it is known that the address is theirs. Left out: it is not."),
  name: name.optional().describe("The whole name, where the two parts are not known."),
  first_name: name.optional(),
  last_name: name.optional(),
  phone_number: phone_number.optional(),
  timezone,
  password_hash: z
    .string()
    .optional()
    .describe(
      "As the other product wrote it: scrypt, bcrypt, Argon2id, pbkdf2_sha256. Left out, or of another form: a mailed link sets a password.",
    ),
  created_at: past.optional(),
  banned: flag.optional(),
  credits: credits.optional(),
  former_ids: z
    .preprocess(parsedList, z.array(z.strictObject({ source: sourceName, id: formerId })).max(20, "These are more than 20."))
    .optional()
    .describe("What else they are called elsewhere."),
});
export type UserRecord = z.output<typeof userSchema>;

const OWNER = "`user_id` or `email` must say whose it is.";
const owner = { user_id: formerId.optional().describe("The `id` of the owner’s row."), email: email.optional() };
const hasOwner = (row: { user_id?: string | undefined; email?: string | undefined }) => Boolean(row.user_id ?? row.email);

/** Of a KEY_HASH_SECRET. */
export const fingerprint = z.string().regex(/^[0-9a-f]{16}$/, "This names no KEY_HASH_SECRET.");

/** One credential, and perhaps its secret: in clear, as SHA-256, or as another Latchkey keeps them. */
const credentials = {
  credential: z.string().optional().describe("In clear. Hashed when it is read, and kept nowhere."),
  credential_sha256: digest.optional(),
  latchkey_hash: digest.optional().describe("As another Latchkey stores it."),
  latchkey_secret: fingerprint.optional().describe("Which KEY_HASH_SECRET made `latchkey_hash`: its fingerprint."),
  secret: z.string().optional().describe("The second text of the key, in clear."),
  secret_sha256: digest.optional(),
  latchkey_secret_hash: digest.optional(),
  latchkey_secret_hash_under: fingerprint
    .optional()
    .describe("The fingerprint of the KEY_HASH_SECRET that made `latchkey_secret_hash`, where it is another one."),
  form: form.optional(),
  secret_form: form
    .optional()
    .describe("How the secret looks, where only its hash is given, so that it is masked where it stands."),
  visible_part: z
    .string()
    .trim()
    .max(80)
    .regex(/^[!-~]*$/, "The visible part has printable ASCII only.")
    .optional()
    .describe("What may be shown of the credential, where only a hash is given: its prefix and up to six characters."),
};

type Credentials = { [Name in keyof typeof credentials]?: unknown };
const ONE = ["credential", "credential_sha256", "latchkey_hash"] as const;
const ONE_SECRET = ["secret", "secret_sha256", "latchkey_secret_hash"] as const;
const given = (row: Credentials, names: readonly (keyof Credentials)[]) => names.filter((each) => row[each] !== undefined).length;

function checkCredentials(row: Credentials, context: z.RefinementCtx): void {
  const refuse = (message: string) => context.addIssue({ code: "custom", message });
  if (given(row, ONE) !== 1) refuse("There must be one of credential, credential_sha256 and latchkey_hash.");
  if (given(row, ONE_SECRET) > 1) refuse("There is more than one secret.");
  if (row.credential === undefined && row.form === undefined)
    refuse("A credential of which only the hash is given needs a form.");
  if (row.latchkey_secret === undefined && given(row, ["latchkey_hash", "latchkey_secret_hash"]) > 0)
    refuse("A latchkey_hash needs latchkey_secret.");
}

const replacedSchema = z
  .strictObject({ ...credentials, replaced_at: past.optional(), valid_until: instant })
  .superRefine(checkCredentials);

const keySchema = z
  .strictObject({
    type: z.literal("key").optional(),
    id: formerId.optional().describe("What the key is called where it comes from. Without it, a key is known by its credential."),
    source: sourceName.optional().describe("Where `id` is from, if not from `--source`."),
    uuid: uuid.optional().describe("From another Latchkey: the id that is kept here if no key has it."),
    ...owner,
    name: generateKeySchema.shape.name,
    ...credentials,
    permissions: permissions.optional(),
    created_at: past.optional(),
    expires_at: instant.optional(),
    last_used_at: past.optional(),
    total_uses: whole(0, Number.MAX_SAFE_INTEGER).optional(),
    active: flag.optional().describe("`false`: the key is revoked, unless `disabled_at` says that it is paused."),
    revoked_at: past.optional(),
    revoked_by: ender.optional(),
    disabled_at: past.optional(),
    disabled_by: ender
      .optional()
      .describe("What `owner` paused, its owner can enable again. Left out, or another: only staff can."),
    note: createKeySchema.shape.note,
    self_rotation: flag.optional(),
    weak: flag.optional().describe("From another Latchkey: that the credential could be guessed."),
    replaced: z
      .preprocess(parsedList, z.array(replacedSchema).max(MAX_REPLACED, `These are more than ${MAX_REPLACED}.`))
      .optional()
      .describe("Former credentials of the key, each with its end."),
  })
  .superRefine(checkCredentials)
  .refine(hasOwner, OWNER);
export type KeyRecord = z.output<typeof keySchema>;
export type CredentialFields = Pick<KeyRecord, keyof typeof credentials>;

export const balanceSchema = z.strictObject({ type: z.literal("balance").optional(), ...owner, credits }).refine(hasOwner, OWNER);
export type BalanceRecord = z.output<typeof balanceSchema>;

export const formSchema = z.strictObject({ type: z.literal("form"), ...credentialForm.shape });

export const RECORDS = { form: formSchema, user: userSchema, key: keySchema, balance: balanceSchema } as const;
/** What somebody is imported without rather than not at all, where it cannot be kept as it is. */
export const ORNAMENTS: { [Kind in keyof typeof RECORDS]?: readonly string[] } = {
  user: ["name", "first_name", "last_name", "phone_number", "timezone"],
};
export type RecordKind = keyof typeof RECORDS;
export type RecordOf<Kind extends RecordKind> = z.output<(typeof RECORDS)[Kind]>;
