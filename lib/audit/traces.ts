import "server-only";
import { createHash } from "node:crypto";
import { db } from "@/lib/database/client";
import { giveBack, takeOne, UNBOUNDED } from "@/lib/database/counters";
import { networkOf } from "@/lib/request/network";
import { log } from "@/lib/settings/log";
import { causeOf } from "@/lib/values/errors";
import type { Actor } from "./actors";
import { type AuditEntryInput, recordAudit } from "./record";

const HOUR_SECONDS = 3600;
/** Entries of one action in an hour, about one thing and in all: whoever has many networks cannot fill the log. */
const MOST_OF_ONE = 100;
const MOST_IN_ALL = 1000;
/** What is about to be written. More at once are left out: they are like those. */
const MOST_PENDING = 50;

/** `fullUntil` by action. `later` begins what is done after the answer. */
type Traces = { pending: number; fullUntil: Map<string, number>; later(work: () => Promise<void>): void };

// On globalThis because the instrumentation hook and each route are bundled apart.
const holder = globalThis as typeof globalThis & { latchkeyTraces?: Traces };
holder.latchkeyTraces ??= { pending: 0, fullUntil: new Map(), later: (work) => void work() };
const traces = holder.latchkeyTraces;

/** For platforms that let nothing run between requests, unless they are told of it. */
export function leaveTracesBy(later: Traces["later"]): void {
  traces.later = later;
}

type Trace = AuditEntryInput & {
  /** What is counted as one, together with action, target and network. */
  of?: string;
  /** One entry is enough, however often it happens. Otherwise the 10th time has one, the 100th and so on, with `count`. */
  isOnce?: boolean;
  seconds?: number;
};

/**
 * Records what anybody can make happen as often as they like: once within the hour for each network, and its repeats by their
 * number. Written after the answer, so that its time tells nothing; what cannot be written is in the log alone.
 */
export function leaveTrace(actor: Actor, trace: Trace): void {
  if (traces.pending >= MOST_PENDING || (traces.fullUntil.get(trace.action) ?? 0) > Date.now()) return;
  traces.pending += 1;
  const work = () =>
    write(actor, trace)
      .catch((error: unknown) => log.error({ action: trace.action, ...causeOf(error) }, "a trace could not be written"))
      .finally(() => {
        traces.pending -= 1;
      });
  traces.later(work);
}

async function write(actor: Actor, { of = "", isOnce = false, seconds = HOUR_SECONDS, ...entry }: Trace): Promise<void> {
  const { action, target } = entry;
  const same = [action, target.kind, target.id, networkOf(actor.address).near, of].join(" ");
  const outcome = await takeOne([{ key: `trace:${digest(same)}`, limit: isOnce ? 1 : UNBOUNDED, seconds }]);
  const count = "taken" in outcome ? (outcome.taken[0]?.used ?? 0) : 0;
  if (!isPowerOfTen(count)) return;
  const room = await takeOne([
    { key: `traces:${digest(`${action} ${target.kind} ${target.id}`)}`, limit: MOST_OF_ONE, seconds: HOUR_SECONDS },
    { key: `traces:${action}`, limit: MOST_IN_ALL, seconds: HOUR_SECONDS },
  ]);
  if (!("taken" in room)) {
    // What is recorded once is not lost for as long as that lasts: the next time may find room.
    if (isOnce && "taken" in outcome) await giveBack(outcome.taken);
    return;
  }
  const all = room.taken.find(({ key }) => key === `traces:${action}`);
  if (all && all.used >= MOST_IN_ALL) traces.fullUntil.set(action, all.until);
  const counted = isOnce ? {} : { count };
  await db().$transaction((tx) => recordAudit(tx, actor, { ...entry, after: { ...entry.after, ...counted } }));
}

function isPowerOfTen(count: number): boolean {
  return /^10*$/.test(String(count));
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
