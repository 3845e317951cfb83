import {
  CREDENTIAL_FORMATS,
  CREDENTIAL_PREFIXES,
  type CredentialFormat,
  type KeyFormat,
  parseCredential,
} from "@latchkey/rule/credentials";
import { bitsOf, type CredentialForm, formOf, OUR_FORMS, STRONG_BITS, shownOf } from "@latchkey/rule/forms";
import { env } from "@/lib/settings/env";
import { currentSecretId, knownSecrets } from "@/lib/verification/hash-secrets";
import { hmacOfDigest, sha256 } from "@/lib/verification/hmac";
import { sealCredential } from "@/lib/verification/seals";
import type { Forms } from "./forms";
import type { CredentialFields } from "./records";
import type { Fields } from "./rows";

/** What is stored of a credential, and what it may be stored under already. Hashes have one byte to a character. */
export type StoredCredential = {
  format: KeyFormat;
  hint: string;
  isWeak: boolean;
  hash: string;
  under: string;
  candidates: string[];
  secretHash: string | null;
  secretUnder: string | null;
  /** Of what came in clear. */
  seal: Buffer | null;
  secretSeal: Buffer | null;
  /** To be registered before the key is there; null for one of ours. */
  form: CredentialForm | null;
  secretForm: CredentialForm | null;
};

type Look = { format: KeyFormat; hint: string; isWeak: boolean; form: CredentialForm | null };
type Refused = { refused: string };

const HINT_LENGTH = 6;
const MALFORMED =
  "It is too short or too long, holds characters that no credential has, or looks like one of ours and has another checksum.";

/** Hashes what is in clear, and tells how it looks. Never quotes the credential. */
export function storeCredential(
  row: CredentialFields,
  isSaidWeak: boolean,
  { forms, salt }: { forms: Forms; salt: string | null },
): StoredCredential | Refused {
  const look = row.credential === undefined ? lookOfHash(row, isSaidWeak, forms) : lookOf(row.credential, forms);
  if ("refused" in look) return look;
  const ofSecret = row.secret === undefined ? givenForm(row.secret_form) : lookOf(row.secret, forms);
  if (ofSecret && "refused" in ofSecret) return { refused: `secret: ${ofSecret.refused}` };
  const key = hashOf(row.credential, row.credential_sha256, row.latchkey_hash, row.latchkey_secret);
  const secret = hashOf(
    row.secret,
    row.secret_sha256,
    row.latchkey_secret_hash,
    row.latchkey_secret_hash_under ?? row.latchkey_secret,
  );
  if (!key) return { refused: MALFORMED };
  const secretForm = ofSecret?.form ?? null;
  return {
    ...look,
    ...key,
    secretForm,
    secretHash: secret?.hash ?? null,
    secretUnder: secret?.under ?? null,
    seal: sealOf(row.credential, key.hash, salt),
    secretSeal: sealOf(row.secret, secret?.hash, salt),
  };
}

export function formsOf({ form, secretForm }: StoredCredential): CredentialForm[] {
  return [form, secretForm].filter((each) => each !== null);
}

/** The same fields, with the hash and the look of what is in clear in its place. */
export function withoutClear({ credential, secret, ...fields }: Fields, stored: StoredCredential): Fields {
  const { format, hint, form, secretForm } = stored;
  const shown = format === "foreign" ? hint : `${CREDENTIAL_PREFIXES[format]}${hint}`;
  return {
    ...fields,
    visible_part: shown,
    ...(typeof credential === "string" && { credential_sha256: hexOf(credential), form: form ?? format }),
    ...(typeof secret === "string" && { secret_sha256: hexOf(secret), ...(secretForm && { secret_form: secretForm }) }),
  };
}

function hexOf(clear: string): string {
  return Buffer.from(sha256(clear), "latin1").toString("hex");
}

/** The hash of what is in clear was made under the current secret. */
function sealOf(clear: string | undefined, hash: string | undefined, salt: string | null): Buffer | null {
  if (clear === undefined || hash === undefined || salt === null) return null;
  return sealCredential(clear, Buffer.from(hash, "latin1"), env().KEY_HASH_SECRET, salt);
}

function givenForm(given: CredentialFields["secret_form"]): { form: CredentialForm } | null {
  return typeof given !== "object" || CREDENTIAL_FORMATS.some((name) => isOurs(given, name)) ? null : { form: given };
}

function hashOf(clear?: string, digest?: string, stored?: string, under?: string) {
  if (stored !== undefined) return { hash: stored, under: under ?? currentSecretId(), candidates: [stored] };
  const known = clear === undefined ? digest : sha256(clear);
  if (known === undefined) return null;
  const candidates = knownSecrets().map((secret) => hmacOfDigest(known, secret));
  return { hash: candidates[0] ?? "", under: currentSecretId(), candidates };
}

function lookOf(clear: string, forms: Forms): Look | Refused {
  if (parseCredential(clear)) {
    const format = CREDENTIAL_FORMATS.find((name) => clear.startsWith(CREDENTIAL_PREFIXES[name]));
    if (format) return { format, hint: hintOf(format, clear), isWeak: false, form: null };
  }
  const found = formOf(clear, forms.known);
  if (!found) return { refused: MALFORMED };
  return { format: "foreign", hint: found.hint, isWeak: found.bits < STRONG_BITS, form: found.form };
}

function hintOf(format: CredentialFormat, text: string): string {
  const { length } = CREDENTIAL_PREFIXES[format];
  return text.slice(length, length + HINT_LENGTH);
}

function lookOfHash({ form, visible_part: shown = "" }: CredentialFields, isSaidWeak: boolean, forms: Forms): Look | Refused {
  const ours = CREDENTIAL_FORMATS.find((name) => form === name || (typeof form === "object" && isOurs(form, name)));
  if (ours) {
    if (shown !== "" && !shown.startsWith(CREDENTIAL_PREFIXES[ours]))
      return { refused: "The visible part does not begin as its form does." };
    return { format: ours, hint: hintOf(ours, shown), isWeak: false, form: null };
  }
  const its = typeof form === "object" ? form : longest(forms.known.filter(({ prefix }) => shown.startsWith(prefix)));
  if (!its) return { refused: "No form of the file begins as the visible part does." };
  if (shown !== "" && !shown.startsWith(its.prefix)) return { refused: "The visible part does not begin as its form does." };
  const hint = (shown || its.prefix).slice(0, its.prefix.length + shownOf(its));
  return { format: "foreign", hint, isWeak: typeof form === "object" ? bitsOf(its) < STRONG_BITS : isSaidWeak, form: its };
}

function isOurs({ prefix, signs, length }: CredentialForm, name: CredentialFormat): boolean {
  const ours = OUR_FORMS[name];
  return prefix === ours.prefix && signs === ours.signs && length === ours.length;
}

function longest(forms: CredentialForm[]): CredentialForm | undefined {
  return forms.reduce<CredentialForm | undefined>(
    (most, each) => (most && most.prefix.length >= each.prefix.length ? most : each),
    undefined,
  );
}
