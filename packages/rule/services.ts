import { type Credential, hasChecksum, makeChecked, type Random } from "./credentials";
import { SERVICE_FORM } from "./forms";

/** What a service may do. */
export const SCOPES = ["verify", "usage", "feed", "leases", "admin:read", "admin:write"] as const;
export type Scope = (typeof SCOPES)[number];

/** `lks_`, 32 random characters and the checksum that keys have; and the six of them that lists show. */
export function makeServiceCredential(random: Random): { credential: Credential; hint: string } {
  const credential = makeChecked(SERVICE_FORM.prefix, random);
  return { credential, hint: credential.slice(SERVICE_FORM.prefix.length, SERVICE_FORM.prefix.length + 6) };
}

/** The text as a service's credential, or null when its form or checksum shows that no service can have it. */
export function parseServiceCredential(text: string): Credential | null {
  return hasChecksum(SERVICE_FORM.prefix, text) ? (text as Credential) : null;
}

export function maskServiceCredential(hint: string): string {
  return `${SERVICE_FORM.prefix}${hint}...`;
}

/** The six characters, from what lists show of a credential; null for any other text. */
export function readServiceHint(shown: string): string | null {
  const [, hint] = /^lks_([0-9A-Za-z]{6})(?:\.{3}|…)?$/.exec(shown) ?? [];
  return hint ?? null;
}
