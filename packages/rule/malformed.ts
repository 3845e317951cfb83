import { CREDENTIAL_BODIES, CREDENTIAL_FORMATS, CREDENTIAL_PREFIXES, parseCredential } from "./credentials";

const PREFIXES = CREDENTIAL_FORMATS.map((format) => CREDENTIAL_PREFIXES[format]).join(" or ");

/** How a text differs from a credential, as the end of a sentence that holds nothing of it; null where it is one. */
export function describeMalformed(text: string): string | null {
  if (parseCredential(text)) return null;
  if (text === "") return "it is empty";
  if (text.trim() !== text) return "there is white space around it";
  if (/^["'`“”‘’]|["'`“”‘’]$/.test(text)) return "there are quotes around it";
  if (/^bearer\b/i.test(text)) return 'it begins with "Bearer", which is no part of it';
  const format = CREDENTIAL_FORMATS.find((name) => text.startsWith(CREDENTIAL_PREFIXES[name]));
  if (!format) return `it does not begin with ${PREFIXES}`;
  const body = text.slice(CREDENTIAL_PREFIXES[format].length);
  const { signs, length } = CREDENTIAL_BODIES[format];
  if (!new RegExp(`^${signs}*$`).test(body)) return "it holds characters that no credential has";
  if (body.length < length) return "it is cut short";
  if (body.length > length) return "it is too long";
  return "its checksum is wrong, so that a character of it was changed";
}
