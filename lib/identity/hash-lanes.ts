import { AsyncLocalStorage } from "node:async_hooks";
import { tooBusy } from "@/lib/values/errors";

/** Hashes at a time. Each is work of 50 ms and more for one of the four threads that files and names wait for as well. */
const AT_ONCE = 3;
/** Of them for whom nobody knows: one is left for the others. */
const OF_STRANGERS = 2;
/** Of them such as another product made: they may need seconds, and hundreds of megabytes each. */
const OF_FOREIGN_FORM = 2;
/** More that wait, of strangers and of the others, are refused: they would wait for seconds. */
const MOST_WAITING = 30;
/** Of one account that is known: whoever has an account must not keep the others waiting. */
const MOST_OF_ONE = 4;

/** Whose password is hashed, where that browser, network or session is known to them, and from which network. */
export type Known = { account: string; network: string };
type Waiting = { who: Known | undefined; isForeign: boolean; start(): void; refuse(error: Error): void };
type Lanes = {
  known: AsyncLocalStorage<Known | undefined>;
  running: { strangers: number; known: number };
  runningForeign: number;
  waiting: { strangers: Waiting[]; known: Waiting[] };
  /** How many run and wait of one account, and from one network. */
  places: Map<string, number>;
};

// On globalThis because each route is bundled apart.
const holder = globalThis as typeof globalThis & { latchkeyHashLanes?: Lanes };
holder.latchkeyHashLanes ??= {
  known: new AsyncLocalStorage(),
  running: { strangers: 0, known: 0 },
  runningForeign: 0,
  waiting: { strangers: [], known: [] },
  places: new Map(),
};
const lanes = holder.latchkeyHashLanes;

/**
 * What is hashed within `work` has a lane that no stranger takes. Whose account and network have the fewest there come first:
 * somebody with many accounts keeps nobody else waiting.
 */
export function asKnown<Result>(who: Known, work: () => Promise<Result>): Promise<Result> {
  return lanes.known.run(who, work);
}

/**
 * Hashes when it is its turn. `isForeign`: as another product does it.
 * @throws an error that `toAppError` makes TEMPORARILY_UNAVAILABLE when too many wait already
 */
export async function hashInTurn<Result>(hash: () => Promise<Result>, isForeign = false): Promise<Result> {
  const who = lanes.known.getStore();
  const lane = who === undefined ? "strangers" : "known";
  await enter(lane, who, isForeign);
  try {
    return await hash();
  } finally {
    leave(lane, who, isForeign);
  }
}

async function enter(lane: keyof Lanes["running"], who: Known | undefined, isForeign: boolean): Promise<void> {
  if (who && placesOf(who.account) >= MOST_OF_ONE) throw tooBusy();
  count(who, 1);
  if (lanes.waiting[lane].length >= MOST_WAITING && !makeRoom(lanes.waiting[lane], who)) {
    count(who, -1);
    throw tooBusy();
  }
  await new Promise<void>((start, refuse) => {
    lanes.waiting[lane].push({ who, isForeign, start, refuse });
    startNext();
  });
}

function leave(lane: keyof Lanes["running"], who: Known | undefined, isForeign: boolean): void {
  lanes.running[lane] -= 1;
  if (isForeign) lanes.runningForeign -= 1;
  count(who, -1);
  startNext();
}

/** Refuses the last one of those that have the most, where that is more than the one who comes has. */
function makeRoom(waiting: Waiting[], who: Known | undefined): boolean {
  const most = Math.max(...waiting.map((other) => weightOf(other.who)));
  if (most <= weightOf(who)) return false;
  const [refused] = waiting.splice(
    waiting.findLastIndex((other) => weightOf(other.who) === most),
    1,
  );
  count(refused?.who, -1);
  refused?.refuse(tooBusy());
  return true;
}

function count(who: Known | undefined, change: 1 | -1): void {
  for (const key of who ? [who.account, who.network] : []) {
    const left = placesOf(key) + change;
    if (left > 0) lanes.places.set(key, left);
    else lanes.places.delete(key);
  }
}

function placesOf(key: string): number {
  return lanes.places.get(key) ?? 0;
}

function weightOf(who: Known | undefined): number {
  return who ? Math.max(placesOf(who.account), placesOf(who.network)) : 0;
}

function startNext(): void {
  const { running } = lanes;
  const isFree = () => running.known + running.strangers < AT_ONCE;
  while (isFree() && start("known"));
  while (isFree() && running.strangers < OF_STRANGERS && start("strangers"));
}

/** Answers whether there was one that may start. */
function start(lane: keyof Lanes["running"]): boolean {
  const waiting = lanes.waiting[lane];
  const ready = waiting.filter(({ isForeign }) => !isForeign || lanes.runningForeign < OF_FOREIGN_FORM);
  const weights = ready.map(({ who }) => weightOf(who));
  const next = ready[weights.indexOf(Math.min(...weights))];
  if (!next) return false;
  waiting.splice(waiting.indexOf(next), 1);
  lanes.running[lane] += 1;
  if (next.isForeign) lanes.runningForeign += 1;
  next.start();
  return true;
}
