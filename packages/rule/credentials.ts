import { crc32 } from "./crc32";
import { BASE64_SIGN, base64Forms, placeIn, type Reading, readingsOf } from "./encodings";
import type { Found } from "./form-widths";
import { fitsForm, OUR_FORMS, SERVICE_FORM, signsOf } from "./forms";
import { knownFinder, knownForms } from "./known-forms";

export const CREDENTIAL_FORMATS = ["mf_live", "datazag"] as const;
/** The two formats of the seeds: `mf_live_` from Mifumo SMS, `datazag_` from DataZag. */
export type CredentialFormat = (typeof CREDENTIAL_FORMATS)[number];

/** What a key's credential has: `foreign`, that of another product, is never issued. */
export type KeyFormat = CredentialFormat | "foreign";
export const KEY_FORMATS: readonly [KeyFormat, ...KeyFormat[]] = [...CREDENTIAL_FORMATS, "foreign"];

/** The text of a key or of its secret, checked for form. Only this file makes one. */
export type Credential = string & { readonly __brand: "Credential" };

export type IssuedCredentials = { key: Credential; secret: Credential | null; hint: string };

/** So many fresh bytes, from a source that nobody can predict. */
export type Random = (count: number) => Uint8Array;

export const CREDENTIAL_PREFIXES = {
  mf_live: OUR_FORMS.mf_live.prefix,
  datazag: OUR_FORMS.datazag.prefix,
} as const satisfies Record<CredentialFormat, string>;
/** What all that is masked begins with. Services have credentials that are no keys. */
const PREFIXES = [...Object.values(CREDENTIAL_PREFIXES), SERVICE_FORM.prefix];
const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const IS_BASE62 = new RegExp(`^[${signsOf("base62")}]+$`);
const CHECKSUM_LENGTH = 6; // 62^6 > 2^32
const RANDOM_LENGTH = OUR_FORMS.mf_live.length - CHECKSUM_LENGTH; // 32 × log2(62) = 190.5 bits
const HINT_LENGTH = 6;
/** What comes after the prefix: so many of these characters. */
export const CREDENTIAL_BODIES = {
  mf_live: { signs: `[${signsOf("base62")}]`, length: OUR_FORMS.mf_live.length },
  datazag: { signs: `[${signsOf("hex")}]`, length: OUR_FORMS.datazag.length },
} as const satisfies Record<CredentialFormat, { signs: string; length: number }>;
const FORM = { mf_live: formOf("mf_live"), datazag: formOf("datazag") };
const DATAZAG = new RegExp(`^${FORM.datazag}$`);
const WHOLE = new RegExp(`(?:${Object.values(FORM).join("|")})(?![0-9A-Za-z])`);
const PREFIX = PREFIXES.join("|");
// Two can stand side by side: one ends where the next begins.
const SIGN = `(?:(?!${PREFIX})[0-9A-Za-z])`;
const PART = new RegExp(`(${PREFIX})(${SIGN}{${HINT_LENGTH}})${SIGN}+`, "gi");
const ENCODED = PREFIXES.map((prefix) => ({
  prefix,
  form: new RegExp(`(?:${base64Forms(prefix).join("|")})${BASE64_SIGN}*={0,2}`, "g"),
}));

/** What every text has in which one could be found: nearly all of them have none of these, and are asked no more. */
const SIGNS_OF_ONE = new RegExp([PREFIX, "%", String.raw`\\u00`, ...PREFIXES.flatMap(base64Forms)].join("|"), "i");

/** Fresh credentials: `mf_live` keys come with a secret, `datazag` keys have none. */
export function makeCredentials(format: CredentialFormat, random: Random): IssuedCredentials {
  const makeMfLive = () => makeChecked(CREDENTIAL_PREFIXES.mf_live, random);
  const key = format === "mf_live" ? makeMfLive() : makeDatazag(random);
  return { key, secret: format === "mf_live" ? makeMfLive() : null, hint: hintOf(format, key) };
}

/** The text as a credential, or null when its form or checksum shows that no key can have it: no lookup needed. */
export function parseCredential(text: string): Credential | null {
  if (DATAZAG.test(text)) return text as Credential;
  if (hasChecksum(CREDENTIAL_PREFIXES.mf_live, text)) return text as Credential;
  return knownForms().some((form) => fitsForm(text, form)) ? (text as Credential) : null;
}

/** What has the form of a credential, wherever in the text it stands; its checksum may be wrong. */
export function findWhole(text: string): string | null {
  return WHOLE.exec(text)?.[0] ?? knownFinder()?.findWhole(text) ?? null;
}

/** The prefix and the six characters of the first thing in the text that looks like a credential or a part of one. */
export function findVisiblePart(text: string): string | null {
  const [part] = text.matchAll(PART);
  return part ? `${part[1]}${part[2]}` : (knownFinder()?.findVisiblePart(text) ?? null);
}

/** What lists show: the prefix, six characters and an ellipsis (seed: `datazag_abc123...`). The hint of a foreign one holds its prefix. */
export function maskCredential(format: KeyFormat, hint: string): string {
  return `${format === "foreign" ? "" : CREDENTIAL_PREFIXES[format]}${hint}...`;
}

const OWN_MASK_VERSION = 1;

/** Higher with each change of what is masked: texts that are stored are then masked anew. No form is ever forgotten. */
export function maskVersion(): number {
  return OWN_MASK_VERSION + knownForms().length;
}

/**
 * Free text with whatever looks like a credential cut to its hint, for text that is kept or shown: whatever stands around it,
 * percent-encoded up to three times, escaped as in JSON, or in base64, which is cut to the prefix. So are those of other
 * products whose forms are known. Its work grows with the length of the text alone.
 */
export function maskCredentials(text: string): string {
  const finder = knownFinder();
  if (!SIGNS_OF_ONE.test(text) && !finder?.mayBeIn(text)) return text;
  const readings = readingsOf(text);
  const found = readings.flatMap((reading) => [...findMasked(reading), ...(finder?.findMasked(reading) ?? [])]);
  let masked = "";
  let done = 0;
  for (const { from, to, shown } of found.sort((one, other) => one.from - other.from)) {
    if (from >= done) masked += text.slice(done, from) + shown;
    done = Math.max(done, to);
  }
  return masked + text.slice(done);
}

function findMasked(reading: Reading): Found[] {
  const place = (match: RegExpExecArray, shown: string) => ({
    ...placeIn(reading, match.index, match.index + match[0].length),
    shown: `${shown}...`,
  });
  return [
    ...[...reading.text.matchAll(PART)].map((match) => place(match, `${match[1]}${match[2]}`)),
    ...ENCODED.flatMap(({ prefix, form }) => [...reading.text.matchAll(form)].map((match) => place(match, prefix))),
  ];
}

function formOf(format: CredentialFormat): string {
  const { signs, length } = CREDENTIAL_BODIES[format];
  return `${CREDENTIAL_PREFIXES[format]}${signs}{${length}}`;
}

function hintOf(format: CredentialFormat, key: Credential): string {
  return key.slice(CREDENTIAL_PREFIXES[format].length, CREDENTIAL_PREFIXES[format].length + HINT_LENGTH);
}

function makeDatazag(random: Random): Credential {
  const digits = [...random(32)].map((byte) => byte.toString(16).padStart(2, "0"));
  return `${CREDENTIAL_PREFIXES.datazag}${digits.join("")}` as Credential;
}

/** The prefix, random characters of base62 and, last, their checksum. */
export function makeChecked(prefix: string, random: Random): Credential {
  let body = prefix;
  while (body.length < prefix.length + RANDOM_LENGTH) {
    // A few more than needed, so that one call nearly always does.
    for (const byte of random(RANDOM_LENGTH + 8)) {
      // 248 is the largest multiple of 62 in a byte: what lies above would favour the first letters.
      if (byte < 248 && body.length < prefix.length + RANDOM_LENGTH) body += BASE62.charAt(byte % 62);
    }
  }
  return (body + checksum(body)) as Credential;
}

/** Whether a text has the form of what `makeChecked` makes, checksum included. */
export function hasChecksum(prefix: string, text: string): boolean {
  if (text.length !== prefix.length + RANDOM_LENGTH + CHECKSUM_LENGTH || !text.startsWith(prefix)) return false;
  return IS_BASE62.test(text.slice(prefix.length)) && checksum(text.slice(0, -CHECKSUM_LENGTH)) === text.slice(-CHECKSUM_LENGTH);
}

/** CRC-32 of the text in base62, most significant digit first. */
function checksum(text: string): string {
  let rest = crc32(text);
  let digits = "";
  for (let i = 0; i < CHECKSUM_LENGTH; i += 1) {
    digits = BASE62.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
