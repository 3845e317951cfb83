import { CREDENTIAL_BODIES, CREDENTIAL_FORMATS, CREDENTIAL_PREFIXES, parseCredential } from "./credentials";
import { signsOf } from "./forms";
import { knownForms } from "./known-forms";

/** No more of the beginnings that are known are named. */
const MAX_NAMED = 10;

/** How a text differs from a credential, as the end of a sentence that holds nothing of it; null where it is one. */
export function describeMalformed(text: string): string | null {
  if (parseCredential(text)) return null;
  if (text === "") return "it is empty";
  if (text.trim() !== text) return "there is white space around it";
  if (/^["'`“”‘’]|["'`“”‘’]$/.test(text)) return "there are quotes around it";
  if (/^bearer\b/i.test(text)) return 'it begins with "Bearer", which is no part of it';
  const prefix = knownPrefixes().find((each) => text.startsWith(each));
  if (prefix === undefined) return `it does not begin with ${beginnings()}`;
  const body = text.slice(prefix.length);
  const bodies = bodiesBehind(prefix);
  if (!bodies.some(({ signs }) => new RegExp(`^${signs}*$`).test(body))) return "it holds characters that no credential has";
  const lengths = bodies.map(({ length }) => length);
  if (body.length < Math.min(...lengths)) return "it is cut short";
  if (body.length > Math.max(...lengths)) return "it is too long";
  if (!lengths.includes(body.length)) return "it is cut short, or too long";
  if (prefix !== CREDENTIAL_PREFIXES.mf_live) return "it holds characters that no credential has";
  return "its checksum is wrong, so that a character of it was changed";
}

/** Ours first. Of the others the longest first: one can be the beginning of another. */
function knownPrefixes(): string[] {
  const foreign = knownForms().flatMap(({ prefix }) => prefix || []);
  const ours = CREDENTIAL_FORMATS.map((format) => CREDENTIAL_PREFIXES[format]);
  return [...new Set([...ours, ...foreign.sort((one, other) => other.length - one.length)])];
}

function beginnings(): string {
  const prefixes = knownPrefixes();
  const named = prefixes.slice(0, MAX_NAMED);
  const isMore = named.length < prefixes.length || knownForms().some(({ prefix }) => prefix === "");
  const words = isMore ? [...named, "what another form has"] : named;
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

function bodiesBehind(prefix: string): { signs: string; length: number }[] {
  const ours = CREDENTIAL_FORMATS.filter((format) => CREDENTIAL_PREFIXES[format] === prefix);
  const foreign = knownForms().filter((form) => form.prefix === prefix);
  return [
    ...ours.map((format) => CREDENTIAL_BODIES[format]),
    ...foreign.map(({ signs, length }) => ({ signs: `[${signsOf(signs)}]`, length })),
  ];
}
