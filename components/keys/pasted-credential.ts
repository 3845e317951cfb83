// Runs in the browser: a whole credential that someone pastes is never sent anywhere as it is.

const WHOLE = /(?:mf_live_[0-9A-Za-z]{38}|datazag_[0-9a-f]{64})(?![0-9A-Za-z])/;
const PART = /\b(mf_live_|datazag_)([0-9A-Za-z]{6})[0-9A-Za-z]+/;

export type SearchTerm = { kind: "text"; text: string } | { kind: "digest"; digest: string; masked: string };

/**
 * What may be sent in place of the text. A credential, wherever in the text it stands, becomes its SHA-256; a part of one,
 * or a whole one where the page has no Web Crypto (plain http), becomes the six characters that lists show.
 */
export async function toSearchTerm(text: string): Promise<SearchTerm> {
  const whole = WHOLE.exec(text)?.[0];
  const masked = mask(whole ?? text);
  if (whole === undefined || !crypto.subtle) return { kind: "text", text: masked };
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(whole)));
  const hex = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return { kind: "digest", digest: hex, masked: `${masked}…` };
}

function mask(text: string): string {
  const part = PART.exec(text);
  return part ? `${part[1]}${part[2]}` : text;
}
