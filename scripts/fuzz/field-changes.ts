import type { Json } from "./document";
import type { Cast, Person } from "./people";

type Fields = { [name: string]: Json };
export type FieldChange = (fields: Fields, choose: Choose, cast: Cast, speaker: Person) => Fields;
/** The one of a list that a mutation means. */
export type Choose = { where<Item>(items: readonly Item[]): Item; what<Item>(items: readonly Item[]): Item };

export const AWKWARD = [
  ...[
    "",
    " ",
    "\u0000",
    "\ud800",
    "\u202e\u202d",
    "\u200b\u200d",
    "\ufeff",
    "e\u0301\u0327".repeat(40),
    "👩‍👩‍👧‍👦".repeat(30),
    "'; DROP TABLE users;--",
  ],
  ...[
    "<script>alert(1)</script>",
    "{{7*7}}",
    "../../etc/passwd",
    "%00%0a%0d",
    "=cmd|' /C calc'!A0",
    "\r\nSet-Cookie: a=b",
    "null",
    "undefined",
  ],
];

const SWAPS: Json[] = [null, true, 0, -1, 1.5, "1", "", [], [null], {}, { a: 1 }, [[]], ["a", 1]];
const NUMBERS = [-1, 0, -0, 0.1, 2 ** 31 - 1, 2 ** 31, -(2 ** 31) - 1, 2 ** 53, 1e308, 1e-7, 1_000_001, 604_801];
const SIZES = [101, 255, 256, 501, 4_097, 16_000, 60_000];
const NEAR = [
  "expiresAt",
  "expires",
  "expiry",
  "expires_in",
  "EXPIRES_AT",
  "scopes",
  "scope",
  "permission",
  "userid",
  "user_id",
  "name",
  "keyName",
];
const FOREIGN = ["role", "credits", "id", "is_admin", "banned", "__proto__", "constructor", "toString", "email_verified", ""];

/** Of the fields of a body, before it is written. */
export const FIELD_CHANGES: Record<string, FieldChange> = {
  swapType: (fields, { where, what }) => replaced(fields, where, () => what(SWAPS)),
  dropField: (fields, { where }) => {
    const dropped = where(Object.keys(fields));
    return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== dropped));
  },
  nearMiss: (fields, { what }) => ({ ...fields, [what(NEAR)]: "2031-01-01T00:00:00Z" }),
  foreignField: (fields, { what, where }) => with_(fields, what(FOREIGN), where(SWAPS)),
  awkwardText: (fields, { where, what }) => replaced(fields, where, () => what(AWKWARD)),
  awkwardEnd: (fields, { where, what }) => replaced(fields, where, (value) => `${asText(value)}${what(AWKWARD)}`),
  edgeNumber: (fields, { where, what }) => replaced(fields, where, () => what(NUMBERS)),
  hugeText: (fields, { where, what }) => replaced(fields, where, () => "a".repeat(what(SIZES))),
  awkwardMass: (fields, { where, what }) => replaced(fields, where, () => what(AWKWARD).repeat(400).slice(0, 16_000)),
  manyItems: (fields, { where, what }) => replaced(fields, where, (value) => Array<Json>(what([0, 101, 600, 1_001])).fill(value)),
  deepField: (fields, { where, what }) => replaced(fields, where, () => nested(what([10, 100, 1_000]))),
  upperCase: (fields, { where }) => replaced(fields, where, (value) => asText(value).toUpperCase()),
  spaced: (fields, { where }) => replaced(fields, where, (value) => `\t ${asText(value)} \n`),
  // What belongs to somebody, where it does not belong.
  credentialInText: (fields, { where, what }, _, speaker) => replaced(fields, where, () => what(formsOf(keyText(speaker, what)))),
  credentialWithin: (fields, { where, what }, _, speaker) => replaced(fields, where, () => `see ${keyText(speaker, what)}.`),
  credentialAsName: (fields, { what, where }, _, speaker) => ({ ...fields, [keyText(speaker, what)]: where(SWAPS) }),
};

function keyText(speaker: Person, what: Choose["what"]): string {
  const { credential, secret } = what(speaker.keys);
  return secret ?? credential;
}

/** The ways in which a credential can stand in a text. */
export function formsOf(credential: string): string[] {
  const percent = [...Buffer.from(credential)].map((byte) => `%${byte.toString(16)}`).join("");
  return [credential, percent, encodeURIComponent(percent), Buffer.from(credential).toString("base64"), `"${credential}"`];
}

function replaced(fields: Fields, where: Choose["where"], change: (value: Json) => Json): Fields {
  const names = Object.keys(fields);
  const name = names.length === 0 ? "name" : where(names);
  return with_(fields, name, change(fields[name] ?? null));
}

/** A name such as `__proto__` is a field like any other. */
function with_(fields: Fields, name: string, value: Json): Fields {
  return Object.fromEntries([...Object.entries(fields).filter(([other]) => other !== name), [name, value]]);
}

function asText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function nested(depth: number): Json {
  let value: Json = 1;
  for (let level = 0; level < depth; level += 1) value = level % 2 ? [value] : { a: value };
  return value;
}
