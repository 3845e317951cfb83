import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { post, signed } from "./callers";
import type { Finding, Weather } from "./drill";
import { figuresOf, quantile } from "./figures";
import type { Ground, Reported } from "./ground";

const MOST_TIMES_SLOWER = 3;
const BETWEEN_REPORTS_MS = 2;

/**
 * Owner A's row is locked while `reports` reports for A wait. How long owner B's verifications take is compared with how
 * long they take when nothing else is done.
 */
export async function lockRow(
  ground: Ground,
  { callers, begins }: Weather,
  milliseconds: number,
  reports: number,
): Promise<Finding[]> {
  const ofB = (from: number, to: number) =>
    callers.seen.filter(({ what, caller, began }) => what === "verify" && caller.startsWith("B") && began >= from && began < to);
  const aloneFrom = performance.now();
  await pause(milliseconds / 2);
  const lockedFrom = performance.now();
  const holder = await openClient(ground);
  let hung = 0;
  const report = async (event: Reported) => {
    const body = JSON.stringify({ apiKey: ground.owners.A.key.api_key, delta: 1 });
    const headers = signed(body, ground.settings, { "x-idempotency-key": event.id });
    while (!event.isCounted) {
      const { outcome, retryAfter } = await post(`${ground.address}/usage`, headers, body);
      event.isCounted = outcome === "answered";
      if (outcome === "hung") hung += 1;
      if (!event.isCounted) await pause(Math.max(1, retryAfter) * 1000);
    }
  };
  const events = Array.from({ length: reports }, (): Reported => ({ owner: "A", id: randomUUID(), isCounted: false }));
  ground.reported.push(...events);
  let waiting: Promise<unknown> = Promise.resolve();
  try {
    await holder.query("BEGIN");
    await holder.query("SELECT 1 FROM users WHERE id = $1 FOR UPDATE", [ground.owners.A.id]);
    begins();
    // One after the other, as calls come; all of them wait long before the row is free.
    waiting = Promise.all(events.map((event, index) => pause(index * BETWEEN_REPORTS_MS).then(() => report(event))));
    await pause(milliseconds);
  } finally {
    await holder.end();
  }
  const lockedTo = performance.now();
  await waiting;
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
