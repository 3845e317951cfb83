/** From the smallest to the largest. `token`: all that a bearer token may hold (RFC 6750). */
const ALPHABETS = [
  { name: "digits", signs: "0-9", size: 10 },
  { name: "hex", signs: "0-9a-f", size: 16 },
  { name: "hex_upper", signs: "0-9A-F", size: 16 },
  { name: "lower", signs: "0-9a-z", size: 36 },
  { name: "base62", signs: "0-9A-Za-z", size: 62 },
  { name: "base64url", signs: "0-9A-Za-z_-", size: 64 },
  { name: "token", signs: "0-9A-Za-z_.~+/=-", size: 68 },
] as const;

export const ALPHABET_NAMES = ALPHABETS.map(({ name }) => name);
export type AlphabetName = (typeof ALPHABETS)[number]["name"];

/** How a product's credentials look: a prefix, which may be empty, and so many characters of an alphabet. */
export type CredentialForm = { prefix: string; signs: AlphabetName; length: number };

/** Of the credentials that are issued here. */
export const OUR_FORMS = {
  mf_live: { prefix: "mf_live_", signs: "base62", length: 38 },
  datazag: { prefix: "datazag_", signs: "hex", length: 64 },
} as const satisfies Record<string, CredentialForm>;

/** Of what services have; those are no keys. */
export const SERVICE_FORM: CredentialForm = { prefix: "lks_", signs: "base62", length: 38 };

export const MAX_FORMS = 100;
/** Fewer, and a credential can be guessed. */
export const STRONG_BITS = 112;
export const MAX_CREDENTIAL_LENGTH = 512;
export const MIN_BODY_LENGTH = 8;
const HINT_LENGTH = 6;
/** A credential that is weak shows less of itself. */
const SHOWN_OF_WEAK = 1 / 4;
const PREFIX = /^[a-z][a-z0-9]{1,11}[_-](?:(?:live|test|prod|dev|sk|pk|api|key)[_-])?/;
/** Its first group is no prefix, and in a text nobody can tell whether it is a credential or names something. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const WHOLE = new Map(
  ALPHABETS.map(({ name, signs }) => [name, new RegExp(`^[${signs}]{${MIN_BODY_LENGTH},${MAX_CREDENTIAL_LENGTH}}$`)]),
);

/**
 * What form a credential of another product has: the first of those that are known and fit, else one of its own. With the bits
 * that guessing it takes, going by that form, and what lists may show of it, prefix included. Null where it is malformed, too
 * short or too long, or looks like one of ours. Ours are to be told first.
 */
export function formOf(
  credential: string,
  known: readonly CredentialForm[],
): { form: CredentialForm; bits: number; hint: string } | null {
  const form = known.find((each) => fitsForm(credential, each)) ?? deriveForm(credential);
  if (!form) return null;
  return { form, bits: bitsOf(form), hint: credential.slice(0, form.prefix.length + shownOf(form)) };
}

/** How many characters behind the prefix may be shown. */
export function shownOf(form: CredentialForm): number {
  return bitsOf(form) < STRONG_BITS ? Math.min(HINT_LENGTH, Math.floor(form.length * SHOWN_OF_WEAK)) : HINT_LENGTH;
}

/** Whether the whole text has the form. */
export function fitsForm(text: string, { prefix, signs, length }: CredentialForm): boolean {
  return (
    text.length === prefix.length + length &&
    text.startsWith(prefix) &&
    WHOLE.get(signs)?.test(text.slice(prefix.length)) === true
  );
}

/** How many bits it takes to guess what is behind the prefix, if it was drawn by chance. */
export function bitsOf({ signs, length }: CredentialForm): number {
  return length * Math.log2(ALPHABETS.find(({ name }) => name === signs)?.size ?? 1);
}

/** The characters of an alphabet, as they stand between the brackets of a regular expression. */
export function signsOf(name: AlphabetName): string {
  return ALPHABETS.find((each) => each.name === name)?.signs ?? "";
}

export function isUuidShaped(text: string): boolean {
  return UUID.test(text);
}

function deriveForm(credential: string): CredentialForm | null {
  // What has the look of ours is one, whatever its checksum: a form like it would have each mistake looked up.
  const ours = [...Object.values(OUR_FORMS), SERVICE_FORM];
  if (credential.length > MAX_CREDENTIAL_LENGTH || ours.some((form) => fitsForm(credential, form))) return null;
  const prefix = isUuidShaped(credential) ? "" : (PREFIX.exec(credential)?.[0] ?? "");
  const body = credential.slice(prefix.length);
  const signs = ALPHABETS.find(({ name }) => WHOLE.get(name)?.test(body))?.name;
  return signs ? { prefix, signs, length: body.length } : null;
}
