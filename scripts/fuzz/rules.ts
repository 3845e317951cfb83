import { readTarget } from "../../lib/request/target";
import type { Conformance } from "../../tests/support/conformance";
import { type Exchange, readFields } from "./aims";
import { findShown } from "./credentials";
import { isGatedPath } from "./gate";
import type { Cast } from "./people";
import type { World } from "./world";

/** No answer is longer, not of a thousand reports, but for a list of a thousand keys and the document. */
const MAX_ANSWER = 256 * 1024;
const MAX_LIST_ANSWER = 8 * 1024 * 1024;
/** Whatever a request may ask for. */
const MAX_LISTED = 1_000;

/** Statuses of what is refused before anybody knows which operation is meant. */
const REFUSED_EARLY = [400, 404, 405, 408, 413, 414, 415, 431];
const TROUBLED = [429, 500, 503];

type Broken = { rule: string; seen: string };

export type Judge = (exchange: Exchange, cast: Cast) => Broken | null;

/** Everything that holds for an answer by itself. */
export function judgeBy(world: World, conformance: Conformance): Judge {
  const issued = new Set<string>();
  const secrets = Object.entries(world.portal.settings).flatMap(([name, value]) =>
    name.endsWith("_SECRET") && value ? [value] : [],
  );
  return (exchange, cast) => {
    const { reply, step, url } = exchange;
    const broken = (rule: string, seen: string | null) => (seen === null ? null : { rule, seen });
    const isTroubled = url !== world.portal.url;
    return (
      broken(
        "a failure of ours",
        !isTroubled && reply.status >= 500 && !tellsHealth(exchange) && !isInTheWay(exchange)
          ? `${reply.status} ${reply.text.slice(0, 300)}`
          : null,
      ) ??
      broken(
        "a status that its condition does not explain",
        isTroubled && reply.status >= 500 && !TROUBLED.includes(reply.status) ? String(reply.status) : null,
      ) ??
      broken("a credential where none belongs", isPage(exchange) ? null : findShown(exchange, cast, secrets, issued)) ??
      broken("an answer over its bound", overBound(exchange)) ??
      broken("a header of every answer", wrongHeader(exchange)) ??
      broken("not as the document says", judgeDocumented(exchange, conformance)) ??
      broken("a repeat that did something again", step.aim === 409 ? judgeRepeat(exchange) : null)
    );
  };
}

/** How a busy machine is doing is no failure of what is asked. */
function tellsHealth({ step, reply }: Exchange): boolean {
  return step.operation.id === "getHealth" && reply.status === 503;
}

/** Of two that were sent at once, one may be told to come again. */
function isInTheWay({ step, reply }: Exchange): boolean {
  return reply.status === 503 && (step.aim === 409 || step.repeat === "together");
}

/** A page that says that there is none knows its own address. */
function isPage({ draft, reply }: Exchange): boolean {
  return !/^\/api\//.test(readTarget(draft.path)) && Boolean(reply.headers.get("content-type")?.startsWith("text/html"));
}

/** As long as what changed meanwhile, or as a page of keys. */
const OF_FEED = /^application\/(x-ndjson|gzip)$/;

function isOfFeed({ reply, step }: Exchange): boolean {
  return step.operation.path.startsWith("/api/verifier/") && OF_FEED.test(reply.headers.get("content-type") ?? "");
}

function overBound(exchange: Exchange): string | null {
  const { reply, draft, step } = exchange;
  if (isOfFeed(exchange)) return null;
  const isList = draft.method === "GET" && reply.status < 300;
  if (Buffer.byteLength(reply.text) > (isList ? MAX_LIST_ANSWER : MAX_ANSWER)) return `${reply.text.length} characters`;
  const body = isList && reply.text.length > 20 ? readFields(reply.text) : null;
  if (body === null) return null;
  const takesLimit = step.operation.parameters.some(({ name }) => name === "limit");
  // Of several the last one counts.
  const given = new URLSearchParams(draft.path.split("?")[1]).getAll("limit").at(-1);
  const asked = takesLimit ? Number(given ?? MAX_LISTED) : MAX_LISTED;
  const limit = Number.isInteger(asked) && asked > 0 ? Math.min(asked, MAX_LISTED) : MAX_LISTED;
  const lists = Object.entries({ ...body, ...(readFields(JSON.stringify(body.data ?? null)) ?? {}) });
  const long = lists.find(([, list]) => Array.isArray(list) && list.length > limit);
  return long ? `${long[0]} holds ${(long[1] as unknown[]).length} entries, where at most ${limit} may be` : null;
}

const FORBIDDEN_WORDS = /unauthorized|authentication|permission denied|token expired|not authenticated/i;

function wrongHeader(exchange: Exchange): string | null {
  const { step, draft, reply } = exchange;
  const { status, headers, text } = reply;
  const path = draft.path.split("?")[0] ?? "";
  if (!path.startsWith("/api/")) return null;
  if (status >= 300 && status < 400) return `a redirect, ${status} to ${headers.get("location")}`;
  const isEmpty = status === 204 || draft.method === "HEAD";
  if (!isEmpty && !isOfFeed(exchange) && !headers.get("content-type")?.startsWith("application/json"))
    return `Content-Type ${headers.get("content-type")}`;
  if (!isEmpty && status !== 401 && FORBIDDEN_WORDS.test(text) && step.operation.id !== "getReference")
    return `words of a refused sign-in in a ${status}`;
  const origin = draft.headers.findLast(([name]) => name.toLowerCase() === "origin")?.[1];
  const allowed = headers.get("access-control-allow-origin");
  if (!isGatedPath(path))
    return allowed === null || step.operation.id === "getReference" ? null : `CORS where none belongs: ${allowed}`;
  if (allowed !== null && (origin === undefined || allowed !== origin))
    return `Access-Control-Allow-Origin: ${allowed}, asked from ${origin}`;
  if (allowed !== null && !/\borigin\b/i.test(headers.get("vary") ?? "")) return "Access-Control-Allow-Origin without Vary";
  const isStored = status !== 204 && headers.get("cache-control") !== "no-store";
  return isStored ? `Cache-Control: ${headers.get("cache-control")}` : null;
}

function judgeDocumented({ draft, reply }: Exchange, conformance: Conformance): string | null {
  if (REFUSED_EARLY.includes(reply.status) && readFields(reply.text) !== null && !/^\/(api|usage)/.test(draft.path)) return null;
  // A page has the same address, and is asked for by other methods.
  if (/^\/usage/.test(draft.path) && !draft.headers.some(([name]) => name === "x-signature")) return null;
  if (!/^\/(api|usage)(\/|$)/.test(readTarget(draft.path).split("?")[0] ?? "")) return null;
  const sent = draft.body === null ? undefined : tidied(draft.body.toString().replace(/^\ufeff/, ""));
  const problem = judged(conformance, {
    ...reply,
    method: draft.method,
    path: draft.path,
    ...(sent === undefined ? {} : { sent }),
  });
  if (problem === null) return null;
  const isEarly = REFUSED_EARLY.includes(reply.status) && /is not documented/.test(problem) && readFields(reply.text) !== null;
  return isEarly ? null : `${problem} (${reply.text.slice(0, 200)})`;
}

/** Spaces around texts are dropped before they are looked at. What cannot be read stays as it is. */
function tidied(sent: string): string {
  try {
    return JSON.stringify(JSON.parse(sent), (_, value) => (typeof value === "string" ? value.trim() : value));
  } catch {
    return sent;
  }
}

function judged(conformance: Conformance, exchange: Parameters<Conformance["judge"]>[0]): string | null {
  try {
    return conformance.judge(exchange);
  } catch (error) {
    return `the answer to ${exchange.method} cannot be read: ${error}`;
  }
}

/** Of a request whose Idempotency-Key was used before. */
function judgeRepeat({ step, isRepeat, reply, speaker }: Exchange): string | null {
  const isHeeded = isRepeat && step.operation.statuses.includes(422) && step.mutations.length === 0;
  return isHeeded && reply.status < 300 ? `${reply.status} for ${speaker.id}, the second time` : null;
}
