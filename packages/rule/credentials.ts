import { crc32 } from "./crc32";

export const CREDENTIAL_FORMATS = ["mf_live", "datazag"] as const;
/** The two formats of the seeds: `mf_live_` from Mifumo SMS, `datazag_` from DataZag. */
export type CredentialFormat = (typeof CREDENTIAL_FORMATS)[number];

/** The text of a key or of its secret, checked for form. Only this file makes one. */
export type Credential = string & { readonly __brand: "Credential" };

export type IssuedCredentials = { key: Credential; secret: Credential | null; hint: string };

/** So many fresh bytes, from a source that nobody can predict. */
export type Random = (count: number) => Uint8Array;

export const CREDENTIAL_PREFIXES = { mf_live: "mf_live_", datazag: "datazag_" } as const satisfies Record<
  CredentialFormat,
  string
>;
const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const RANDOM_LENGTH = 32; // 32 × log2(62) = 190.5 bits
const CHECKSUM_LENGTH = 6; // 62^6 > 2^32
const HINT_LENGTH = 6;
const FORM = {
  mf_live: `${CREDENTIAL_PREFIXES.mf_live}[0-9A-Za-z]{${RANDOM_LENGTH + CHECKSUM_LENGTH}}`,
  datazag: `${CREDENTIAL_PREFIXES.datazag}[0-9a-f]{64}`,
} as const satisfies Record<CredentialFormat, string>;
const MF_LIVE = new RegExp(`^${FORM.mf_live}$`);
const DATAZAG = new RegExp(`^${FORM.datazag}$`);
const WHOLE = new RegExp(`(?:${Object.values(FORM).join("|")})(?![0-9A-Za-z])`);
const PART = new RegExp(`\\b(${Object.values(CREDENTIAL_PREFIXES).join("|")})([0-9A-Za-z]{${HINT_LENGTH}})[0-9A-Za-z]+`, "g");

/** Fresh credentials: `mf_live` keys come with a secret, `datazag` keys have none. */
export function makeCredentials(format: CredentialFormat, random: Random): IssuedCredentials {
  const key = format === "mf_live" ? makeMfLive(random) : makeDatazag(random);
  return { key, secret: format === "mf_live" ? makeMfLive(random) : null, hint: hintOf(format, key) };
}

/** The text as a credential, or null when its form or checksum shows that no key can have it: no lookup needed. */
export function parseCredential(text: string): Credential | null {
  if (DATAZAG.test(text)) return text as Credential;
  if (!MF_LIVE.test(text)) return null;
  return checksum(text.slice(0, -CHECKSUM_LENGTH)) === text.slice(-CHECKSUM_LENGTH) ? (text as Credential) : null;
}

/** What has the form of a credential, wherever in the text it stands; its checksum may be wrong. */
export function findWhole(text: string): string | null {
  return WHOLE.exec(text)?.[0] ?? null;
}

/** The prefix and the six characters of the first thing in the text that looks like a credential or a part of one. */
export function findVisiblePart(text: string): string | null {
  const [part] = text.matchAll(PART);
  return part ? `${part[1]}${part[2]}` : null;
}

/** What lists show: the prefix, six characters and an ellipsis (seed: `datazag_abc123...`). */
export function maskCredential(format: CredentialFormat, hint: string): string {
  return `${CREDENTIAL_PREFIXES[format]}${hint}...`;
}

/** Free text with whatever looks like a credential cut to its hint: for text that is kept as it came. */
export function maskCredentials(text: string): string {
  return text.replace(PART, "$1$2...");
}

function hintOf(format: CredentialFormat, key: Credential): string {
  return key.slice(CREDENTIAL_PREFIXES[format].length, CREDENTIAL_PREFIXES[format].length + HINT_LENGTH);
}

function makeDatazag(random: Random): Credential {
  const digits = [...random(32)].map((byte) => byte.toString(16).padStart(2, "0"));
  return `${CREDENTIAL_PREFIXES.datazag}${digits.join("")}` as Credential;
}

function makeMfLive(random: Random): Credential {
  let body: string = CREDENTIAL_PREFIXES.mf_live;
  while (body.length < CREDENTIAL_PREFIXES.mf_live.length + RANDOM_LENGTH) {
    // A few more than needed, so that one call nearly always does.
    for (const byte of random(RANDOM_LENGTH + 8)) {
      // 248 is the largest multiple of 62 in a byte: what lies above would favour the first letters.
      if (byte < 248 && body.length < CREDENTIAL_PREFIXES.mf_live.length + RANDOM_LENGTH) body += BASE62.charAt(byte % 62);
    }
  }
  return (body + checksum(body)) as Credential;
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
