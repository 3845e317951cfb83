import { fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { PATIENCE_MS } from "./callers";
import type { Finding, Weather } from "./drill";
import { figuresOf, quantile } from "./figures";
import type { Ground, Reported } from "./ground";

const MOST_TIMES_SLOWER = 3;
const BETWEEN_REPORTS_MS = 2;

/**
 * Owner A's row is locked while `reports` reports for A wait. How long owner B's verifications take is compared with how
 * long they take when nothing else is done.
 * @param longestPause seconds after which a report that was refused is sent again, also where the answer said later
 */
export async function lockRow(
  ground: Ground,
  { callers, begins }: Weather,
  milliseconds: number,
  reports: number,
  longestPause = 60,
): Promise<Finding[]> {
  const ofB = (from: number, to: number) =>
    callers.seen.filter(({ what, caller, began }) => what === "verify" && caller.startsWith("B") && began >= from && began < to);
  const aloneFrom = performance.now();
  await pause(milliseconds / 2);
  const lockedFrom = performance.now();
  const holder = await openClient(ground);
  const events = Array.from({ length: reports }, (): Reported => ({ owner: "A", id: randomUUID(), isCounted: false }));
  ground.reported.push(...events);
  let waiting: Promise<{ hung: number }> | undefined;
  try {
    await holder.query("BEGIN");
    await holder.query("SELECT 1 FROM users WHERE id = $1 FOR UPDATE", [ground.owners.A.id]);
    begins();
    // All of them wait long before the row is free.
    waiting = reportMany(ground, events, longestPause);
    await pause(milliseconds);
  } finally {
    await holder.end();
  }
  const lockedTo = performance.now();
  const { hung } = await waiting;
  for (const event of events) event.isCounted = true;
  const alone = quantile(ofB(aloneFrom, lockedFrom), 0.99);
  const under = quantile(ofB(lockedFrom, lockedTo), 0.99);
  const others = figuresOf(ofB(lockedFrom, Number.POSITIVE_INFINITY), { weatherAt: lockedFrom, away: [] });
  return [
    { says: `none of the ${reports} reports hung (${hung})`, holds: hung === 0 },
    {
      says: `p99 of owner B at most ${MOST_TIMES_SLOWER} × alone (${under.toFixed(1)} ms, alone ${alone.toFixed(1)} ms)`,
      holds: under <= MOST_TIMES_SLOWER * alone,
      isTimed: true,
    },
    { says: `nothing of owner B refused or hung (${others.refused + others.hung})`, holds: others.refused + others.hung === 0 },
  ];
}

/** Sends them until each is counted. */
async function reportMany(
  { address, settings, owners }: Ground,
  events: readonly Reported[],
  longestPause: number,
): Promise<{ hung: number }> {
  const child = fork("scripts/drills/report-many.mjs", { execArgv: [] });
  const ended = new Promise<never>((_, reject) => child.once("exit", (code) => reject(new Error(`reports ended with ${code}`))));
  const done = new Promise<{ hung: number }>((resolve) => child.once("message", resolve));
  child.send({
    address,
    secret: settings.USAGE_WEBHOOK_SECRET,
    apiKey: owners.A.key.api_key,
    ids: events.map(({ id }) => id),
    betweenMs: BETWEEN_REPORTS_MS,
    patienceMs: PATIENCE_MS.usage,
    longestPauseMs: longestPause * 1000,
  });
  ended.catch(() => {});
  return Promise.race([done, ended]);
}

const TAKEN_AT_ONCE = 10;

/** Others take every connection that the database has left, and each that becomes free. */
export async function exhaustConnections(ground: Ground, { begins }: Weather, milliseconds: number): Promise<Finding[]> {
  const taken: pg.Client[] = [];
  /** Whether there was one left. */
  const take = async (): Promise<boolean> => {
    try {
      taken.push(await openClient(ground));
      return true;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "53300") return false;
      throw error;
    }
  };
  try {
    while ((await Promise.all(Array.from({ length: TAKEN_AT_ONCE }, take))).every(Boolean));
    begins();
    for (const end = performance.now() + milliseconds; performance.now() < end; await pause(50)) while (await take());
    return [];
  } finally {
    await Promise.all(taken.map((client) => client.end()));
  }
}

export async function openClient({ databaseUrl }: Ground): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on("error", () => {});
  await client.connect();
  return client;
}
