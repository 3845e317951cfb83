import { randomBytes, randomUUID } from "node:crypto";
import { METHODS } from "../../lib/request/methods";
import { signUsage } from "../../lib/usage/signature";
import { makeServiceCredential } from "../../packages/rule/services";
import { randomAddress } from "../../tests/support/client";
import type { Json } from "./document";
import type { Cast } from "./people";
import { type Reply, send } from "./send";
import type { Step } from "./step";
import type { Draft } from "./wire-changes";
import type { Trouble, World } from "./world";
import { type Place, type Written, write } from "./write";

/** A request and its answer. `isUnchanged`: nothing in it was made wrong. */
export type Exchange = Written & { step: Step; url: string; reply: Reply; isUnchanged: boolean; isRepeat: boolean };

export type Sender = (url: string, draft: Draft) => Promise<Reply>;

/** So many attempts until somebody is told to wait. */
const MAX_ATTEMPTS = 12;

/** What each status needs that no single request has. */
const TROUBLE_FOR: Record<number, Trouble> = { 429: "strict", 500: "unset", 503: "cutOff" };

/** Sends what the step means to bring about, once or as often as that takes. */
export async function pursue(given: Step, world: World, cast: Cast, sender: Sender = send): Promise<Exchange[]> {
  // Without its settings the portal has no front door: it answers what is well-formed, and no more.
  const step = given.aim === 500 ? { ...given, mutations: [] } : given;
  const trouble = TROUBLE_FOR[step.aim];
  const url = trouble ? world.troubles[trouble].url : world.portal.url;
  const [idempotencyKey, address] = [randomUUID(), randomAddress()];
  const ask = async (body = step.body, isRepeat = false, attempt = step.pick, at = url): Promise<Exchange> => {
    const place: Place = { world, cast, url: at };
    const written = await write(step, place, { body, idempotencyKey, address });
    const draft = spoil(written.draft, { ...step, pick: attempt }, world, cast);
    const isUnchanged = step.aim < 300 && step.mutations.length === 0;
    return { ...written, draft, step, url: at, reply: await sender(at, draft), isUnchanged, isRepeat };
  };
  if (step.aim === 429) return untilThrottled(ask);
  // Where nobody may have more than one key, or of several requests for the same.
  if (step.aim === 409 && step.pick % 2 === 0) return [await ask(step.body, false, step.pick, world.troubles.strict.url)];
  if (step.aim === 409) return [...(await Promise.all([ask(), ask()])), await ask(step.body, true)];
  if (step.repeat === "together") return Promise.all([ask(), ask()]);
  const first = await ask();
  if (step.aim === 422) return [first, await ask(step.otherBody, true), await ask(step.body, true)];
  return step.repeat === "again" ? [first, { ...first, reply: await sender(url, first.draft), isRepeat: true }] : [first];
}

async function untilThrottled(
  ask: (body?: Step["body"], isRepeat?: boolean, attempt?: number) => Promise<Exchange>,
): Promise<Exchange[]> {
  const all: Exchange[] = [];
  for (let attempt = 0; attempt < MAX_ATTEMPTS && all.at(-1)?.reply.status !== 429; attempt += 1)
    all.push(await ask(undefined, attempt > 0, attempt));
  return all;
}

/** Makes wrong what brings the status about. */
function spoil(draft: Draft, { aim, pick, operation }: Step, world: World, cast: Cast): Draft {
  const header = (name: string, value: string): Draft => ({
    ...draft,
    headers: [...draft.headers.filter(([other]) => other.toLowerCase() !== name.toLowerCase()), [name, value]],
  });
  switch (aim) {
    case 400:
      return malformed(draft, pick, world, cast);
    case 401:
      return withFields(draft, { password: `wrong-${pick}`, refresh: "wrong" });
    case 403:
      return header("Origin", "https://evil.example");
    case 405: {
      const methods = METHODS.filter((method) => !(method.toLowerCase() in (world.document.paths[operation.path] ?? {})));
      return { ...draft, method: methods[pick % methods.length] ?? "PURGE" };
    }
    case 413:
      return { ...draft, body: Buffer.alloc(operation.maxBytes + 1, " ") };
    case 415:
      return header("Content-Encoding", "gzip");
    case 429:
      // Only what fails may count, or everything.
      return pick % 3 === 2
        ? draft
        : withFields(withoutSecret(draft, world), {
            password: "wrong",
            old_password: "wrong",
            currentPassword: "wrong",
            token: "wrong",
          });
    default:
      return draft;
  }
}

function malformed(draft: Draft, pick: number, world: World, cast: Cast): Draft {
  const address = `${draft.path}${draft.path.includes("?") ? "&" : "?"}`;
  const [, number] = /\/(\d+)(?=\/|$)/.exec(draft.path) ?? [];
  if (number) return { ...draft, path: draft.path.replace(number, ["abc", "1.5", "0x10", "-1", "%20"][pick % 5] ?? "") };
  if (draft.body === null) return { ...draft, path: `${address}${pick % 2 ? "cursor=!" : `x=${cast.A.keys[0]?.credential}`}` };
  const bodies = ['{"', "[]", "null", '{"key_name":1,"email":1,"expires_at":"never","userId":{},"keys":1}'];
  const body = Buffer.from(bodies[pick % bodies.length] ?? "");
  // What is not signed is refused before it is read.
  const signature = signUsage(body, world.portal.settings.USAGE_WEBHOOK_SECRET ?? "");
  const headers = draft.headers.map(([name, value]): [string, string] => [name, name === "x-signature" ? signature : value]);
  return { ...draft, headers, body };
}

/** With a wrong one in place of what a program shows. */
function withoutSecret(draft: Draft, { portal, services }: World): Draft {
  const { ADMIN_API_SECRET = "", SERVICE_API_SECRET = "" } = portal.settings;
  const wrong = (name: string, value: string): string => {
    if (value === `Bearer ${services.wide}`) return `Bearer ${makeServiceCredential(randomBytes).credential}`;
    const isShared = name.toLowerCase() === "x-signature" || [ADMIN_API_SECRET, `Bearer ${SERVICE_API_SECRET}`].includes(value);
    return isShared ? value.replace(/\S+$/, "wrong") : value;
  };
  return { ...draft, headers: draft.headers.map(([name, value]) => [name, wrong(name, value)]) };
}

/** Puts these into the fields of theirs that the body has. */
function withFields(draft: Draft, values: Record<string, Json>): Draft {
  const fields = readFields(draft.body);
  if (fields === null) return draft;
  const changed = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, values[name] ?? value]));
  try {
    return { ...draft, body: Buffer.from(JSON.stringify(changed)) };
  } catch {
    // What was made deeper than can be written again stays as it is.
    return draft;
  }
}

/** Null for what is no JSON object. */
export function readFields(body: Buffer | string | null): Record<string, Json> | null {
  try {
    const value: unknown = JSON.parse(String(body));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, Json>) : null;
  } catch {
    return null;
  }
}
