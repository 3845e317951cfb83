import "server-only";
import { type Cursor, covers, parseCursor } from "@latchkey/rule/cursors";
import type { ResetLine, StateLine, UnsealedCounts } from "@latchkey/rule/feed";
import { feedRun } from "@/lib/database/client";
import { withoutDeadline } from "@/lib/request/deadline";
import { whenStopping } from "@/lib/server/stop";
import { findRevoked, type HeldCredential } from "@/lib/services/known";
import { type Env, env } from "@/lib/settings/env";
import { log } from "@/lib/settings/log";
import { causeOf, unavailable } from "@/lib/values/errors";
import { keepMark, noteSeen, type Place, pollFeed, type Round } from "./poll";
import { askLines, type RoundBytes, writeLine, writeReset, writeRound } from "./rounds";
import { noPrimary, openPrimary, renewEpoch } from "./state";
import { countUnsealed, keyLines, ownerLines } from "./states";

/** Between two rounds. The bound of two seconds is budgeted with it (docs/decisions/029). */
export const EVERY_MS = 200;
const MARK_EVERY_MS = 1_000;
const UNSEALED_EVERY_MS = 5_000;
/** So far back a stream that comes back finds what it lacks in memory. */
const KEPT_ROUNDS = 150;
const KEPT_BYTES = 8 * 1024 * 1024;
/** What a reader has not taken when there is more to say: it is too slow for a feed. */
export const MAX_BACKLOG_BYTES = 1024 * 1024;
/** What streams of their own cursors ask for at once, beside the rounds. */
const MAX_CATCHING_UP = 4;
const MAX_WAITING = 5_000;
/** Between the word that a stream ends and its end: the reader opens the next one meanwhile. */
const BYE_MS = { time: 15_000, stop: 1_500 } as const;
/** Shorter than what Vercel lets a function run; on a server of one's own, so that no stream is for ever. */
const LIFETIME_MS = { vercel: 255_000, own: 3_600_000 } as const;
const JITTER = 0.1;

export type Reader = { credential: HeldCredential; push(bytes: Uint8Array): "taken" | "slow"; end(): void };

type Stream = Reader & { epoch: string; waiting: RoundBytes[] | null; timers: NodeJS.Timeout[] };

/** `start`: its `from`, read. */
type KeptRound = RoundBytes & { start: Cursor };

type Hub = {
  streams: Set<Stream>;
  place: Place | null;
  kept: KeptRound[];
  /** Rounds of single readers that are being made, and those that wait for theirs. */
  catchingUp: number;
  waiting: (() => void)[];
  /** Streams that wait for the place where the rounds of all begin. */
  unplaced: (() => void)[];
  unsealed: { counts: UnsealedCounts; countedAt: number } | null;
  wake: (() => void) | null;
  isRunning: boolean;
  isAskedAgain: boolean;
  isStopping: boolean;
};

// On globalThis because each route is bundled apart.
const holder = globalThis as typeof globalThis & { latchkeyFeed?: Hub };
holder.latchkeyFeed ??= makeHub();
const hub = holder.latchkeyFeed;

function makeHub(): Hub {
  const made: Hub = {
    streams: new Set(),
    place: null,
    kept: [],
    catchingUp: 0,
    waiting: [],
    unplaced: [],
    unsealed: null,
    wake: null,
    isRunning: false,
    isAskedAgain: false,
    isStopping: false,
  };
  whenStopping(() => {
    made.isStopping = true;
    for (const stream of made.streams) sayBye(stream, "stop");
  });
  return made;
}

/** @throws AppError TEMPORARILY_UNAVAILABLE while the server stops */
export function requireRunning(): void {
  if (hub.isStopping) throw unavailable(1);
}

/**
 * Sends what changes from the reader's cursor on, until one of the two has enough of it. What lies before the present is told
 * first: from memory, or by a round of its own.
 * @returns to be called when the reader has gone
 * @throws as `requireRunning`
 */
export function follow(reader: Reader, at: { epoch: string; cursor: string }): () => void {
  requireRunning();
  const stream: Stream = { ...reader, epoch: at.epoch, waiting: [], timers: [] };
  later(stream, lifetimeMs(env()) * (1 - JITTER * Math.random()), () => sayBye(stream, "time"));
  hub.streams.add(stream);
  if (!hub.isRunning) void withoutDeadline(run);
  void catchUp(stream, at.cursor);
  return () => leave(stream);
}

/** After which a stream says that it is about to end, at most. */
export function lifetimeMs({ VERCEL }: Pick<Env, "VERCEL">): number {
  return VERCEL ? LIFETIME_MS.vercel : LIFETIME_MS.own;
}

/** One round from this cursor on, for whoever asks now and then instead. */
export async function readOnce(at: { epoch: string; cursor: string }): Promise<Uint8Array> {
  const kept = findKept(at);
  if (kept) return Buffer.concat(kept.map(({ bytes }) => bytes));
  const round = await ownRound(at);
  return round instanceof Uint8Array ? round : round.bytes;
}

async function catchUp(stream: Stream, cursor: string): Promise<void> {
  const kept = findKept({ epoch: stream.epoch, cursor });
  if (kept) {
    stream.waiting = null;
    for (const round of kept) push(stream, round.bytes);
    return;
  }
  try {
    // Its own round has to reach as far as where the rounds of all begin: what lies between would be told by none of them.
    while (!hub.place && hub.streams.has(stream)) await new Promise<void>((resolve) => hub.unplaced.push(resolve));
    const own = await ownRound({ epoch: stream.epoch, cursor });
    const waiting = stream.waiting ?? [];
    stream.waiting = null;
    if (own instanceof Uint8Array) return dismiss(stream, own);
    for (const round of [own, ...waiting]) push(stream, round.bytes);
  } catch (error) {
    log.warn(causeOf(error), "a stream of the feed could not be brought up to date");
    leave(stream);
    stream.end();
  }
}

/**
 * Those that lead from the cursor to the present; null where memory does not go back so far. A round may be read by whoever has
 * everything that its own beginning had.
 */
function findKept({ epoch, cursor }: { epoch: string; cursor: string }): RoundBytes[] | null {
  const { place, kept } = hub;
  if (!place || place.epoch !== epoch || kept.length === 0) return null;
  const own = parseCursor(cursor);
  // One that lies ahead of all that was read here may be of another database: that is for a poll to say.
  const last = parseCursor(place.cursor);
  const first = own && last && own.xmax <= last.xmax ? kept.findLastIndex(({ start }) => covers(own, start)) : -1;
  return first < 0 ? null : kept.slice(first);
}

/**
 * From this cursor to now; or the line that tells whoever has it to begin again. So many at once: 2,000 readers that come back
 * together must not keep the rounds of all waiting.
 */
async function ownRound({ epoch, cursor }: { epoch: string; cursor: string }): Promise<RoundBytes | Uint8Array> {
  if (hub.catchingUp >= MAX_CATCHING_UP) {
    if (hub.waiting.length >= MAX_WAITING) throw unavailable(1);
    await new Promise<void>((resolve) => hub.waiting.push(resolve));
  }
  hub.catchingUp += 1;
  try {
    const opening = await openPlace();
    if (opening.epoch !== epoch) return writeReset("epoch", opening.epoch, opening.asOf);
    return (await makeRound({ ...opening, cursor })).made;
  } finally {
    hub.catchingUp -= 1;
    hub.waiting.shift()?.();
  }
}

/** So many states at a time: others are served between one statement and the next, and each has its bound. */
const STATES = 1_000;

function chunksOf<Id>(ids: readonly Id[]): Id[][] {
  return Array.from({ length: Math.ceil(ids.length / STATES) }, (_, place) => ids.slice(place * STATES, (place + 1) * STATES));
}

type Made = { made: RoundBytes | Uint8Array; reason: ResetLine["reason"] | null };

/** @throws AppError TEMPORARILY_UNAVAILABLE where what answers is no primary: nothing that it says is fresh */
async function makeRound(place: Place): Promise<Made> {
  const unsealed = await unsealedNow();
  const polled = await pollFeed(feedRun, place);
  if (polled.kind === "standby") throw noPrimary();
  if (polled.kind === "reset") return { made: writeReset(polled.reason, place.epoch, polled.asOf), reason: polled.reason };
  const lines =
    polled.kind === "bulk" ? [...askLines("key", polled.keys), ...askLines("owner", polled.owners)] : await statesOf(polled);
  const { from, to, asOf } = polled;
  const { epoch, history } = place;
  void noteSeen(feedRun, polled.changes).catch((error: unknown) =>
    log.warn(causeOf(error), "when a change was told was not noted"),
  );
  return { made: writeRound(lines, { epoch, history, from, to, as_of: asOf }, unsealed), reason: null };
}

async function unsealedNow(): Promise<UnsealedCounts> {
  const now = performance.now();
  if (hub.unsealed && now - hub.unsealed.countedAt < UNSEALED_EVERY_MS) return hub.unsealed.counts;
  const counts = await countUnsealed(feedRun);
  hub.unsealed = { counts, countedAt: now };
  return counts;
}

async function statesOf({ keys, owners }: Extract<Round, { kind: "round" }>): Promise<StateLine[]> {
  const lines: StateLine[] = [];
  for (const ids of chunksOf(keys)) lines.push(...(await keyLines(ids, feedRun)));
  for (const ids of chunksOf(owners)) lines.push(...(await ownerLines(ids, feedRun)));
  return lines;
}

/** One for all streams of this process, and only while there are any. */
async function run(): Promise<void> {
  hub.isRunning = true;
  let markedAt = Number.NEGATIVE_INFINITY;
  let isFailing = false;
  while (hub.streams.size > 0) {
    const begunAt = performance.now();
    hub.isAskedAgain = false;
    try {
      await dismissRevoked();
      hub.place ??= await openPlace();
      placeAll();
      if (begunAt - markedAt >= MARK_EVERY_MS) {
        hub.place.mark = await keepMark(feedRun);
        markedAt = begunAt;
      }
      await goOn(hub.place);
      isFailing = false;
    } catch (error) {
      if (!isFailing) log.warn(causeOf(error), "the feed stands still");
      isFailing = true;
    }
    await rest(begunAt + EVERY_MS);
  }
  hub.isRunning = false;
  hub.place = null;
  hub.kept = [];
  placeAll();
}

function placeAll(): void {
  for (const goOn of hub.unplaced.splice(0)) goOn();
}

/** From where the feed is now. @throws AppError TEMPORARILY_UNAVAILABLE where what answers is no primary */
async function openPlace(): Promise<Place & { asOf: number }> {
  return { ...(await openPrimary(feedRun)), mark: null };
}

async function goOn(place: Place): Promise<void> {
  const { made, reason } = await makeRound(place);
  if (made instanceof Uint8Array) {
    if (reason === "history" || reason === "lost" || reason === "future") await renewEpoch(feedRun, place.epoch);
    log.warn({ reason }, "the feed begins anew");
    hub.place = null;
    hub.kept = [];
    for (const stream of hub.streams) dismiss(stream, made);
    return;
  }
  hub.place = { ...place, cursor: made.to };
  keep(made);
  for (const stream of hub.streams) {
    if (stream.waiting === null) push(stream, made.bytes);
    else if (stream.waiting.length < KEPT_ROUNDS) stream.waiting.push(made);
    else dismiss(stream);
  }
}

function keep(round: RoundBytes): void {
  const start = parseCursor(round.from);
  if (start) hub.kept.push({ ...round, start });
  let bytes = hub.kept.reduce((sum, kept) => sum + kept.bytes.byteLength, 0);
  while (hub.kept.length > KEPT_ROUNDS || bytes > KEPT_BYTES) bytes -= hub.kept.shift()?.bytes.byteLength ?? 0;
}

async function dismissRevoked(): Promise<void> {
  const revoked = await findRevoked([...new Set([...hub.streams].map(({ credential }) => credential))], "feed");
  if (revoked.size === 0) return;
  for (const stream of hub.streams)
    if (revoked.has(stream.credential)) dismiss(stream, writeReset("revoked", stream.epoch, Date.now()));
}

function rest(until: number): Promise<void> {
  if (hub.isAskedAgain) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      hub.wake = null;
      resolve();
    };
    const timer = setTimeout(done, Math.max(0, until - performance.now()));
    hub.wake = done;
  });
}

function push(stream: Stream, bytes: Uint8Array): void {
  if (stream.push(bytes) === "slow") dismiss(stream);
}

function sayBye(stream: Stream, reason: "time" | "stop"): void {
  push(stream, writeLine({ t: "bye", reason, in_ms: BYE_MS[reason] }));
  later(stream, BYE_MS[reason], () => dismiss(stream));
}

function later(stream: Stream, milliseconds: number, work: () => void): void {
  stream.timers.push(setTimeout(work, milliseconds).unref());
}

function dismiss(stream: Stream, last?: Uint8Array): void {
  if (last && hub.streams.has(stream)) stream.push(last);
  leave(stream);
  stream.end();
}

function leave(stream: Stream): void {
  hub.streams.delete(stream);
  for (const timer of stream.timers) clearTimeout(timer);
}
