import { maskCredentials } from "@latchkey/rule/credentials";
import { z } from "zod";
import { AppError } from "@/lib/values/errors";

/** Without these a right is wider or longer than was meant. */
const LIMITING = ["expires_at", "permissions", "userId", "grace_seconds"];
/** Where this is known as well, an address says whose. */
const OWNER = "userId";

/** What people call a field, in small letters and without separators. */
const OTHER_NAMES: Record<string, RegExp> = {
  expires_at:
    /^(exp|exp(date|time|at|in|on)|(key|token|api)*expir.*|valid(ity|until|to|till|thru|through|for|days)|notafter|ttl.*|lifetime.*|duration|maxage|until|ends?(date|at|on)?)$/,
  permissions:
    /^(.*permissions?(list)?|perms?|(api|key|token|allowed)*scopes?(list)?|rights?|grants?|privileges?|roles?|access(level|rights)?|actions?|abilit(y|ies)|capabilit(y|ies)|readonly)$/,
  userId: /^(user|uid|owner|ownerid)$/,
  email: /^(user|owner)?e?mail(address)?$/,
  grace_seconds: /^(grace.*|overlap.*)$/,
  permission: /^(permissions|perms?|scopes?|rights?|actions?)$/,
  key: /^(apikey|credential|token)$/,
  secret: /^(secretkey|apisecret)$/,
  cost: /^(costs?|credits?|price|amount|delta)$/,
  external_id: /^(external|externaluserid|(former|foreign|legacy|old)(user)?id)$/,
  credits: /^(balance|amount|(opening|initial)(balance|credits?))$/,
  amount: /^(credits?|delta|value|sum)$/,
  reason: /^(why|note|comment|description)$/,
  reference: /^(ref|order(id|number)?|idempotencykey)$/,
  send_mail: /^(mail|notify|invite|sendinvit(e|ation)|sendemail)$/,
};

/** Longer ones are nobody's slip. */
const MAX_NAME_LENGTH = 100;

/** The words of real refusals of a caller, at which clients sign their user out, are not repeated. */
const QUOTABLE = /^(?!.*(unauthorized|authentication))[!#-[\]-~]{1,64}$/i;

/**
 * For a schema that ignores what it does not know: a field that is meant to be one of its own that limit a right.
 * @throws AppError UNKNOWN_FIELD
 */
export function refuseNearMiss(schema: z.ZodType, value: unknown): void {
  if (!(schema instanceof z.ZodObject) || schema.def.catchall || typeof value !== "object" || value === null) return;
  const known = Object.keys(schema.shape);
  const limiting = [...LIMITING, ...(known.includes(OWNER) ? ["email"] : [])].filter((name) => known.includes(name));
  for (const name of Object.keys(value)) if (!known.includes(name) && meantBy(name, limiting)) throw unknownField(name, limiting);
}

/** For a strict schema: what zod found, in our words; null when it is something else. */
export function strictRefusal(schema: z.ZodType, issues: readonly z.core.$ZodIssue[]): AppError | null {
  for (const issue of issues) {
    const [name] = issue.code === "unrecognized_keys" ? issue.keys : [];
    if (name !== undefined) return unknownField(name, fieldsAt(schema, issue.path), issue.path);
  }
  return null;
}

function unknownField(name: string, known: readonly string[], path: readonly PropertyKey[] = []): AppError {
  const [list, index] = path;
  const place = index === undefined ? "" : `${String(list)}[${String(index)}]: `;
  const meant = meantBy(name, known);
  const quoted = QUOTABLE.test(name) && maskCredentials(name) === name ? ` "${name}"` : "";
  const message = `${place}Unknown field${quoted}.${meant === undefined ? "" : ` Did you mean "${meant}"?`}`;
  return new AppError("UNKNOWN_FIELD", { message, fields: { [quoted ? name : "non_field_errors"]: [message] } });
}

function meantBy(name: string, known: readonly string[]): string | undefined {
  if (name.length > MAX_NAME_LENGTH) return undefined;
  const bare = bareName(name);
  return (
    known.find((own) => bareName(own) === bare) ??
    known.find((own) => OTHER_NAMES[own]?.test(bare)) ??
    known.find((own) => isMistyped(bare, bareName(own)))
  );
}

/** Letters that are missing, too many, wrong or swapped: one, or two of a long word. Short words are too like others. */
function isMistyped(typed: string, word: string): boolean {
  const allowed = word.length < 5 ? 0 : word.length < 9 ? 1 : 2;
  return Math.abs(typed.length - word.length) <= allowed && countSlips(typed, word) <= allowed;
}

/** The distance of two words, where two neighbours that changed places are one slip. */
function countSlips(typed: string, word: string): number {
  const rows: number[][] = [[...word, ""].map((_, column) => column)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let row = 1; row <= typed.length; row++) {
    rows.push([row]);
    for (let column = 1; column <= word.length; column++) {
      const isSame = typed[row - 1] === word[column - 1];
      const isSwapped = typed[row - 1] === word[column - 2] && typed[row - 2] === word[column - 1];
      const ways = [at(row - 1, column) + 1, at(row, column - 1) + 1, at(row - 1, column - 1) + (isSame ? 0 : 1)];
      rows[row]?.push(Math.min(...ways, isSwapped ? at(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY));
    }
  }
  return at(typed.length, word.length);
}

function bareName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** The fields that a schema has at the place of an issue. */
function fieldsAt(schema: z.core.$ZodType | undefined, [step, ...rest]: readonly PropertyKey[]): string[] {
  if (schema instanceof z.ZodPipe) return fieldsAt(schema.out, step === undefined ? [] : [step, ...rest]);
  if (schema instanceof z.ZodArray) return fieldsAt(schema.element, rest);
  if (!(schema instanceof z.ZodObject)) return [];
  return step === undefined ? Object.keys(schema.shape) : fieldsAt(schema.shape[String(step)], rest);
}
