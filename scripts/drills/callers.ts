import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { signUsage } from "../../lib/usage/signature";
import { until } from "../../tests/support/server";
import type { Seen } from "./figures";
import { type Ground, OWNERS, type Owner, type OwnerName, type Reported } from "./ground";

const VERIFIERS = 3;
/**
 * No answer for so long is none. A report may have to wait for its turn, a connection and a lock, one after the other: it is
 * given up when a step ends after REQUEST_TIMEOUT_MS (15 s), and a step takes at most DATABASE_STATEMENT_TIMEOUT_MS (10 s).
 */
export const PATIENCE_MS = { verify: 15_000, usage: 30_000 } as const;
const BETWEEN_CALLS_MS = 50;
const BETWEEN_TRIES_MS = 200;
/** So many answers in a row, and a caller is served again. */
const SERVED = 8;

export type Callers = {
  seen: Seen[];
  /** What `/api/health` said of the database, each time that it was something else. */
  health: string[];
  /** Waits until every caller is served, or a minute and a half. */
  served(): Promise<boolean>;
  /** Everybody waits, so that connections lie idle. */
  rest(milliseconds: number): Promise<void>;
  /** Ends the calls. Reports go on until each is confirmed, or for so many seconds. */
  stop(seconds?: number): Promise<void>;
};

/**
 * Several callers verify the keys of both owners in a loop, and for each owner another one reports calls as a Public API
 * does: again and again until the report is confirmed.
 * @param extraPatienceMs for how long the portal itself is stopped: nothing can answer then
 */
export function startCallers(ground: Ground, extraPatienceMs = 0): Callers {
  const seen: Seen[] = [];
  const health: string[] = [];
  let isStopped = false;
  let giveUpAt = Number.POSITIVE_INFINITY;
  let resting = Promise.resolve();

  const ask = async (what: Seen["what"], caller: string, path: string, headers: Record<string, string>, body: string) => {
    const began = performance.now();
    const answer = await post(ground.address + path, headers, body, PATIENCE_MS[what] + extraPatienceMs);
    seen.push({ what, caller, began, ended: performance.now(), outcome: answer.outcome });
    return answer;
  };

  const verify = async (owner: OwnerName, number: number) => {
    const headers = { Authorization: `Bearer ${ground.settings.SERVICE_API_SECRET}` };
    const body = JSON.stringify({ key: ground.owners[owner].key.api_key, cost: 0 });
    while (!isStopped) {
      await resting;
      await ask("verify", `${owner}${number}`, "/api/keys/verify", headers, body);
      await pause(BETWEEN_CALLS_MS);
    }
  };

  const report = async (owner: OwnerName) => {
    for (let turn = 0; !isStopped; turn += 1) {
      await resting;
      const { body, headers, ids } = usageReport(ground, ground.owners[owner], turn);
      const events = ids.map((id): Reported => ({ owner, id, isCounted: false }));
      ground.reported.push(...events);
      while (performance.now() < giveUpAt) {
        const answer = await ask("usage", `usage ${owner}`, "/usage", headers, body);
        const rejected = new Set(answer.rejected.map(({ index }) => index));
        for (const [index, event] of events.entries()) event.isCounted = answer.outcome === "answered" && !rejected.has(index);
        // Who is told that a report is wrong does not send it again.
        if (answer.outcome === "answered" || (answer.status >= 400 && answer.status < 500)) break;
        await pause(BETWEEN_TRIES_MS);
      }
      await pause(BETWEEN_CALLS_MS);
    }
  };

  const lookAtHealth = async () => {
    while (!isStopped) {
      const says = await healthOf(ground.address);
      if (says !== health.at(-1)) health.push(says);
      await pause(BETWEEN_TRIES_MS);
    }
  };

  const verifying = OWNERS.flatMap((owner) => Array.from({ length: VERIFIERS }, (_, number) => verify(owner, number)));
  const working = Promise.all([...verifying, ...OWNERS.map(report), lookAtHealth()]);
  // What a caller is surprised by is thrown by `stop`.
  working.catch(() => {});

  const names = OWNERS.flatMap((owner) => Array.from({ length: VERIFIERS }, (_, number) => `${owner}${number}`));
  const isServed = (from: number) => (name: string) => {
    const last = seen
      .slice(from)
      .filter(({ caller, what }) => what === "verify" && caller === name)
      .slice(-SERVED);
    return last.length === SERVED && last.every(({ outcome }) => outcome === "answered");
  };
  return {
    seen,
    health,
    served: () => {
      const from = seen.length;
      return until(() => names.every(isServed(from)), "every caller to be served", 90).then(
        () => true,
        () => false,
      );
    },
    rest: (milliseconds) => (resting = pause(milliseconds)),
    stop: async (seconds = 120) => {
      isStopped = true;
      giveUpAt = performance.now() + seconds * 1000;
      await working;
    },
  };
}

/** A report of one call by its credential, or of five in a batch by the key's id; half of them say when. */
function usageReport({ settings }: Ground, { key }: Owner, turn: number) {
  const ids = Array.from({ length: turn % 2 === 0 ? 1 : 5 }, () => randomUUID());
  const event = { delta: 1, ...(turn % 4 < 2 && { ts: Date.now() }) };
  const [first] = ids;
  const isBatch = ids.length > 1;
  const body = JSON.stringify(
    isBatch ? { events: ids.map((id) => ({ id, keyId: key.id, ...event })) } : { apiKey: key.api_key, ...event },
  );
  return { ids, body, headers: signed(body, settings, isBatch ? {} : { "x-idempotency-key": first ?? "" }) };
}

export function signed(body: string, settings: Record<string, string>, headers: Record<string, string> = {}) {
  return { "x-signature": signUsage(body, settings.USAGE_WEBHOOK_SECRET ?? ""), ...headers };
}

type Answer = {
  outcome: Seen["outcome"];
  status: number;
  retryAfter: number;
  accepted: number;
  rejected: { index: number; error: string }[];
};

/** Valid, and counted or taken note of, is an answer; everything else a refusal, or nothing within `patienceMs`. */
export async function post(
  url: string,
  headers: Record<string, string>,
  body: string,
  patienceMs: number = PATIENCE_MS.usage,
): Promise<Answer> {
  const none = { status: 0, retryAfter: 0, accepted: 0, rejected: [] };
  try {
    const sent = { "Content-Type": "application/json", ...headers };
    const response = await fetch(url, { method: "POST", headers: sent, body, signal: AbortSignal.timeout(patienceMs) });
    const answer = (await response.json()) as Partial<Answer> & { valid?: boolean; ok?: boolean };
    const isAnswered = response.ok && (answer.valid === true || answer.ok === true);
    return {
      outcome: isAnswered ? "answered" : "refused",
      status: response.status,
      retryAfter: Number(response.headers.get("retry-after") ?? 0),
      accepted: answer.accepted ?? 0,
      rejected: answer.rejected ?? [],
    };
  } catch (error) {
    return { ...none, outcome: error instanceof Error && error.name === "TimeoutError" ? "hung" : "refused" };
  }
}

async function healthOf(url: string): Promise<string> {
  try {
    const response = await fetch(`${url}/api/health`, { signal: AbortSignal.timeout(PATIENCE_MS.verify) });
    const { database } = (await response.json()) as { database?: string };
    return `${response.status} ${database}`;
  } catch (error) {
    return error instanceof Error && error.name === "TimeoutError" ? "no answer" : "gone";
  }
}
