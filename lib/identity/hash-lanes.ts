import { AsyncLocalStorage } from "node:async_hooks";
import { tooBusy } from "@/lib/values/errors";

/** Hashes at a time. Each is work of 50 ms and more for one of the four threads that files and names wait for as well. */
const AT_ONCE = 3;
/** Of them for whom nobody knows: one is left for the others. */
const OF_STRANGERS = 2;
/** More that wait, of strangers and of the others, are refused: they would wait for seconds. */
const MOST_WAITING = 30;
/** Of one account that is known: whoever has an account must not keep the others waiting. */
const MOST_OF_ONE = 4;

type Waiting = { who: string | undefined; start(): void };
type Lanes = {
  /** Whose password is being checked, where that browser, network or session is known to them. */
  known: AsyncLocalStorage<string | undefined>;
  running: { strangers: number; known: number };
  waiting: { strangers: Waiting[]; known: Waiting[] };
  byPerson: Map<string, number>;
};

// On globalThis because each route is bundled apart.
const holder = globalThis as typeof globalThis & { latchkeyHashLanes?: Lanes };
holder.latchkeyHashLanes ??= {
  known: new AsyncLocalStorage(),
  running: { strangers: 0, known: 0 },
  waiting: { strangers: [], known: [] },
  byPerson: new Map(),
};
const lanes = holder.latchkeyHashLanes;

/** What is hashed within `work` has a lane that no stranger takes. */
export function asKnown<Result>(userId: string, work: () => Promise<Result>): Promise<Result> {
  return lanes.known.run(userId, work);
}

/**
 * Hashes when it is its turn.
 * @throws an error that `toAppError` makes TEMPORARILY_UNAVAILABLE when too many wait already
 */
export async function hashInTurn<Result>(hash: () => Promise<Result>): Promise<Result> {
  const who = lanes.known.getStore();
  const lane = who === undefined ? "strangers" : "known";
  await enter(lane, who);
  try {
    return await hash();
  } finally {
    leave(lane, who);
  }
}

async function enter(lane: keyof Lanes["running"], who: string | undefined): Promise<void> {
  const ofOne = who === undefined ? 0 : (lanes.byPerson.get(who) ?? 0);
  if (lanes.waiting[lane].length >= MOST_WAITING || ofOne >= MOST_OF_ONE) throw tooBusy();
  if (who !== undefined) lanes.byPerson.set(who, ofOne + 1);
  await new Promise<void>((start) => {
    lanes.waiting[lane].push({ who, start });
    startNext();
  });
}

function leave(lane: keyof Lanes["running"], who: string | undefined): void {
  lanes.running[lane] -= 1;
  if (who !== undefined) {
    const left = (lanes.byPerson.get(who) ?? 1) - 1;
    if (left > 0) lanes.byPerson.set(who, left);
    else lanes.byPerson.delete(who);
  }
  startNext();
}

function startNext(): void {
  const { running, waiting } = lanes;
  const isFree = () => running.known + running.strangers < AT_ONCE;
  while (isFree() && waiting.known.length > 0) start("known");
  while (isFree() && running.strangers < OF_STRANGERS && waiting.strangers.length > 0) start("strangers");
}

function start(lane: keyof Lanes["running"]): void {
  lanes.running[lane] += 1;
  lanes.waiting[lane].shift()?.start();
}
