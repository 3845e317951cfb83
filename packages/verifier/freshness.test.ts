import { expect, test } from "vitest";
import { Freshness } from "./freshness";

const BOUND_MS = 2_000;
const START = 1_795_860_000_000;

/** What judges freshness: ours, or one that is wrong in the usual way. */
type Judge = Pick<Freshness, "addSample" | "addFrame" | "isFresh">;

/** θ is the smallest that was seen, and replaced every 15 seconds; a frame from the future asks for another. */
function naive(clocks: { monotonic(): number }): Judge {
  let offset = Number.POSITIVE_INFINITY;
  let takenAt = 0;
  let asOf = Number.NEGATIVE_INFINITY;
  return {
    addSample(sentAt, now) {
      if (now - sentAt < offset || clocks.monotonic() - takenAt > 15_000) [offset, takenAt] = [now - sentAt, sentAt];
    },
    addFrame(at) {
      asOf = at;
    },
    isFresh: () => clocks.monotonic() + offset - asOf <= BOUND_MS,
  };
}

type Way = { rtt?: number; late?: number; everyMs?: number; stallsAt?: number };

/**
 * Frames come five times a second until they stall, answers to questions for the time go on.
 * @param database its clock, by true time
 * @returns by true time, how long after the last snapshot that a frame was of it still accepted
 */
function acceptsFor(
  make: (clocks: { monotonic(): number; wall(): number }) => Judge,
  database: (at: number) => number,
  way: Way,
) {
  const { rtt = 20, late = 20, everyMs = 2_000, stallsAt = 60_000 } = way;
  let at = 0;
  const judge = make({ monotonic: () => at, wall: () => START + at });
  const told = (time: number) => Math.floor(START + database(time));
  let accepted = 0;
  let snapshot = 0;
  for (; at < stallsAt + 40_000; at += 10) {
    if (at % everyMs === 0) judge.addSample(at - rtt, told(at - rtt / 2));
    if (at < stallsAt && at % 200 === 0) {
      judge.addFrame(told(at - late));
      snapshot = at - late;
    }
    if (judge.isFresh()) accepted = at;
  }
  return accepted - snapshot;
}

const ours = (clocks: { monotonic(): number; wall(): number }) => new Freshness(clocks, BOUND_MS);
const honest = (at: number) => at;
const WAYS: Way[] = [
  { rtt: 20, late: 20 },
  { rtt: 60, late: 100 },
  { rtt: 200, late: 300 },
  { rtt: 200, late: 1_000 },
];

test("an honest clock is believed: fresh while frames come, stale when the bound is over", () => {
  for (const way of WAYS) {
    const ms = acceptsFor(ours, honest, way);
    expect(ms, JSON.stringify(way)).toBeLessThanOrEqual(BOUND_MS);
    expect(ms).toBeGreaterThan(1_300);
  }
});

test("a database whose clock is set back makes nothing younger", () => {
  // Half a second after the frames stall: another host, behind.
  for (const back of [300, 1_000, 5_000, 30_000])
    for (const way of WAYS) {
      const setBack = (at: number) => (at < 60_500 ? at : at - back);
      expect(acceptsFor(ours, setBack, way), `${back} ${JSON.stringify(way)}`).toBeLessThanOrEqual(BOUND_MS);
    }
  expect(
    acceptsFor(naive, (at) => (at < 60_500 ? at : at - 30_000), {}),
    "as it was thought first",
  ).toBeGreaterThan(20_000);
});

test("a clock that is slewed as fast as chrony does it adds nothing", () => {
  const fast = (at: number) => at * 1.0833;
  for (const way of WAYS)
    for (let stallsAt = 30_000; stallsAt < 34_000; stallsAt += 370) {
      // By the database's clock, which is what the bound is of.
      expect(acceptsFor(ours, fast, { ...way, stallsAt }) * 1.0833).toBeLessThanOrEqual(BOUND_MS + 25);
      expect(acceptsFor(ours, (at) => at * 0.9167, { ...way, stallsAt }) * 0.9167).toBeLessThanOrEqual(BOUND_MS);
    }
  const worst = Math.max(
    ...Array.from({ length: 80 }, (_, step) =>
      acceptsFor(naive, fast, { rtt: 200, late: 1_000, everyMs: 5_000, stallsAt: 30_000 + step * 400 }),
    ),
  );
  expect(worst, "as it was thought first").toBeGreaterThan(2_300);
});

test("a step forward adds itself at most, and for two seconds at most", () => {
  for (const way of WAYS)
    for (let step = 50; step < 2_500; step += 150)
      for (const before of [100, 700, 1_300, 1_900, 2_100, 3_900]) {
        const stepped = (at: number) => (at < 60_000 - before ? at : at + step);
        const ms = acceptsFor(ours, stepped, way);
        expect(ms, `${step} ${before} ${JSON.stringify(way)}`).toBeLessThanOrEqual(BOUND_MS + Math.min(step, 2_000));
        if (before > 2_000 + (way.rtt ?? 0) + (way.late ?? 0)) expect(ms).toBeLessThanOrEqual(BOUND_MS);
      }
});

test("a frame of before the clock was set back does not count after it, however late it comes", () => {
  let at = 0;
  const freshness = new Freshness({ monotonic: () => at, wall: () => at }, BOUND_MS);
  freshness.addSample(0, START);
  freshness.addFrame(START);
  for (at = 1_000; at < 5_000; at += 1_000) freshness.isFresh();
  // A second back.
  freshness.addSample(4_990, START + 4_000);
  at = 6_500;
  freshness.addFrame(START + 4_900);
  expect(freshness.isFresh()).toBe(false);
  freshness.addFrame(START + 5_510);
  expect(freshness.isFresh()).toBe(true);
});

test("a frame from the future does not count, and the time is asked for", () => {
  let at = 0;
  const freshness = new Freshness({ monotonic: () => at, wall: () => at }, BOUND_MS);
  freshness.addSample(0, START);
  at = 100;
  freshness.addFrame(START);
  freshness.addFrame(START + 5_000);
  expect([freshness.isFresh(), freshness.needsSample()]).toStrictEqual([false, true]);
  // Asked before that frame: it proves nothing.
  freshness.addSample(90, START + 95);
  expect(freshness.isFresh()).toBe(false);
  at = 120;
  freshness.addSample(110, START + 5_015);
  expect([freshness.isFresh(), freshness.needsSample()]).toStrictEqual([false, false]);
  freshness.addFrame(START + 5_010);
  expect(freshness.isFresh()).toBe(true);
});

test("a frame of before the clock was set back, said again later, is none of the future either", () => {
  let at = 10_000;
  const freshness = new Freshness({ monotonic: () => at, wall: () => at }, BOUND_MS);
  // Set back by eight seconds before this process began.
  freshness.addSample(9_990, START + 1_995);
  freshness.addFrame(START + 1_990);
  freshness.addFrame(START + 2_500);
  at = 10_600;
  freshness.addSample(10_590, START + 2_595);
  freshness.addFrame(START + 1_995);
  expect(freshness.ageMs()).toBeGreaterThan(595);
});

test("a machine that slept, or whose clock was set, asks for the time before it goes on", () => {
  for (const jump of [2_000, -2_000]) {
    let at = 0;
    let wall = START;
    const freshness = new Freshness({ monotonic: () => at, wall: () => wall + at }, BOUND_MS);
    freshness.addSample(0, START);
    freshness.addFrame(START);
    expect(freshness.isFresh()).toBe(true);
    wall += jump;
    at = 10;
    expect(freshness.isFresh()).toBe(false);
    expect(freshness.ageMs()).toBe(Number.POSITIVE_INFINITY);
    expect(freshness.isFresh()).toBe(false);
    at = 40;
    freshness.addSample(20, START + 30);
    expect(freshness.isFresh()).toBe(true);
  }
});

test("what waited while the process stood still does not count before the time was asked for: a clock may have been set", () => {
  for (const step of [0, 3_000, 6_000, 60_000]) {
    let at = 0;
    const freshness = new Freshness({ monotonic: () => at, wall: () => at }, BOUND_MS);
    freshness.addSample(0, START);
    freshness.addFrame(START);
    // The clock is set forward at once, and a round is told while nobody reads.
    at = 7_000;
    freshness.addFrame(START + 200 + step);
    expect([freshness.isFresh(), freshness.needsSample()], String(step)).toStrictEqual([false, true]);
    // An answer that waited as well.
    freshness.addSample(190, START + 195 + step);
    expect(freshness.isFresh()).toBe(false);
    at = 7_020;
    freshness.addSample(7_000, START + 7_010 + step);
    expect([freshness.isFresh(), freshness.needsSample()]).toStrictEqual([false, false]);
    freshness.addFrame(START + 7_005 + step);
    expect(freshness.isFresh()).toBe(true);
  }
});

test("what comes late cannot make it younger: each question reads the clock", () => {
  let at = 0;
  const freshness = new Freshness({ monotonic: () => at, wall: () => at }, BOUND_MS);
  freshness.addSample(0, START);
  freshness.addFrame(START);
  at = 1_700;
  expect(freshness.isFresh()).toBe(true);
  at = 1_900;
  expect(freshness.isFresh()).toBe(false);
  freshness.addFrame(START + 300);
  expect(freshness.isFresh()).toBe(true);
  freshness.addFrame(START + 100);
  expect(freshness.ageMs()).toBeCloseTo(1 + 1_900 * 1.1 - 300, 0);
  freshness.forget();
  expect(freshness.isFresh()).toBe(false);
  expect(freshness.databaseNow()).toBeGreaterThan(START + 1_900);
});
