import { maskCredentials } from "@latchkey/rule/credentials";
import { isPlainText, toPlainText } from "@latchkey/rule/plain-text";
import type { Asked } from "../authorize";
import { MAX_DELTA, UUID } from "../limits";
import type { UsageEvent } from "../types";
import { Refused, tryLater } from "./refused";

const MAX_EVENTS = 1000;
const MISSING = "Missing fields";

type Fields = Partial<Record<"id" | "keyId" | "delta" | "ts" | "endpoint" | "requestId", unknown>>;

/**
 * An event of the portal's `POST /usage`. Its key by the id that a verdict named: credentials are not kept for later. A sentence
 * for what is no event.
 */
function readEvent(given: unknown): UsageEvent | string {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return "an event must be an object";
  const { id, keyId, delta, ts, endpoint, requestId }: Fields = given;
  if (id == null || id === "") return MISSING;
  if (typeof id !== "string") return "id is not valid";
  if (id.length > 255) return "id must have at most 255 characters";
  if (!isPlainText(id)) return "id must not contain control characters";
  if (keyId == null) return "keyId is missing: the key_id of a verification";
  if (typeof keyId !== "string" || !UUID.test(keyId)) return "keyId is not valid";
  if (delta == null) return MISSING;
  if (typeof delta !== "number" || !Number.isSafeInteger(delta)) return "delta must be a whole number";
  if (delta < 0) return "delta must not be negative";
  if (delta > MAX_DELTA) return `delta must be at most ${MAX_DELTA}`;
  if (ts != null && !(typeof ts === "number" && Number.isFinite(ts))) return "ts must be a number of milliseconds since 1970";
  return { id, keyId, delta, ts: ts ?? undefined, endpoint: keepText(endpoint, 500), requestId: keepText(requestId, 255) };
}

/** Has the events reported later. @throws Refused where no more are kept: send all of them again, each counts once */
export function takeEvents(verifier: Asked, body: Record<string, unknown>): object {
  const { events } = body;
  if (!Array.isArray(events)) throw new Refused(400, "INVALID_INPUT", "events must be an array");
  if (events.length > MAX_EVENTS) throw new Refused(400, "INVALID_INPUT", `events must have at most ${MAX_EVENTS} entries`);
  const good: UsageEvent[] = [];
  const rejected: { index: number; error: string }[] = [];
  for (const [index, given] of events.entries()) {
    const read = readEvent(given);
    if (typeof read === "string") rejected.push({ index, error: read });
    else good.push(read);
  }
  if (!good.every((each) => verifier.report(each))) throw tryLater();
  return { ok: true, accepted: good.length, duplicates: 0, rejected };
}

/** What does not count, whatever it is, costs nobody the call. */
function keepText(given: unknown, max: number): string | undefined {
  if (typeof given !== "string" && !Number.isFinite(given)) return undefined;
  return maskCredentials(toPlainText(String(given).slice(0, 4 * max))).slice(0, max);
}
