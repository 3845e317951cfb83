import type { Asked } from "../authorize";
import type { Question, Verdict } from "../types";
import { Refused, tryLater } from "./refused";

const MAX_KEYS = 100;
const KEY_COUNT = `keys must be a list of 1 to ${MAX_KEYS}`;
const WHOLE = "cost must be a whole number of credits";
const ENTRY = "it must be a credential, or an object with one";
const KEY = "key is required";
const MAX_COST = 1_000_000_000;
const FIELDS = ["key", "secret", "permission", "ip", "cost"] as const;

type Fields = Partial<Record<(typeof FIELDS)[number], unknown>>;
type Call = { key: string; question: Question };

/**
 * The body of the portal's `POST /api/keys/verify`, and what the portal would answer: a call costs one credit unless it says
 * otherwise.
 * @throws Refused
 */
export async function verifyBody(verifier: Asked, body: Record<string, unknown>): Promise<object> {
  if (body.keys === undefined) {
    refuseUnknown(body, FIELDS, "");
    return answerOf(await ask(verifier, readCall(body, "", 1)));
  }
  refuseUnknown(body, ["keys"], "");
  const { keys } = body;
  if (!Array.isArray(keys) || keys.length < 1 || keys.length > MAX_KEYS) throw invalid(KEY_COUNT);
  const entries = keys.map((given: unknown) => (typeof given === "string" ? { key: given } : given));
  const placeOf = (index: number) => `keys[${index}]: `;
  for (const [index, each] of entries.entries()) if (isObject(each)) refuseUnknown(each, FIELDS, placeOf(index));
  const calls = entries.map((each, index) => {
    if (!isObject(each)) throw invalid(`${placeOf(index)}${ENTRY}`);
    return readCall(each, placeOf(index), 0);
  });
  return { results: (await Promise.all(calls.map((call) => ask(verifier, call)))).map(answerOf) };
}

function isObject(given: unknown): given is Record<string, unknown> {
  return typeof given === "object" && given !== null && !Array.isArray(given);
}

function invalid(sentence: string): Refused {
  return new Refused(400, "INVALID_INPUT", sentence);
}

/** A name can be a credential that stands in the wrong place, and is not repeated. */
function refuseUnknown(given: Record<string, unknown>, known: readonly string[], place: string): void {
  if (Object.keys(given).every((name) => known.includes(name))) return;
  throw new Refused(400, "UNKNOWN_FIELD", `${place}Unknown field. Known are: ${FIELDS.join(", ")}.`);
}

/** @throws Refused for the first thing that is wrong with it */
function readCall({ key, secret, permission, ip, cost }: Fields, place: string, minLength: number): Call {
  if (typeof key !== "string" || key.length < minLength) throw invalid(`${place}${KEY}`);
  const text = (name: string, given: unknown) => {
    if (given == null || typeof given === "string") return given ?? undefined;
    throw invalid(`${place}${name} must be a string`);
  };
  const question = { secret: text("secret", secret), permission: text("permission", permission), cost: 1 };
  text("ip", ip);
  if (cost == null) return { key, question };
  if (typeof cost !== "number" || !Number.isSafeInteger(cost)) throw invalid(`${place}${WHOLE}`);
  if (cost < 0) throw invalid(`${place}cost must not be negative`);
  if (cost > MAX_COST) throw invalid(`${place}cost is too large`);
  question.cost = cost;
  return { key, question };
}

function ask(verifier: Asked, { key, question }: Call): Promise<Verdict> {
  return verifier.verify(key, question);
}

/** @throws Refused where nobody can say */
function answerOf(verdict: Verdict): object {
  if (verdict.valid) {
    const { valid, code, key_id, name, user_id, permissions, credits, expires_at } = verdict;
    return { valid, code, key_id, name, user_id, permissions, credits, expires_at };
  }
  const { valid, code, reason, key_id, retry_after } = verdict;
  if (code === "UNAVAILABLE") throw tryLater(retry_after);
  return { valid, code, reason, ...(key_id !== undefined && { key_id }), ...(code === "RATE_LIMITED" && { retry_after }) };
}
