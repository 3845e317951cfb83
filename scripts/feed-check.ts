import { Failure } from "./failure";

const WAYS = ["url", "pgbouncer", "neon"] as const;
const USAGE = `npm run feed-check -- [CHANGES] [${WAYS.join(" | ")}]`;
const [CHANGES, WRITERS, KEYS] = [1_000_000, 16, 20];
const OPEN_MS = 60_000;

/** `feed-check`: the test of the feed's order with many more changes, in a database of its own, on one of the ways to it. */
export async function main([count = String(CHANGES), way = "url", ...rest]: string[]): Promise<void> {
  const changes = Number(count);
  if (!Number.isSafeInteger(changes) || changes < 1 || !WAYS.some((known) => known === way) || rest.length > 0)
    throw new Failure(USAGE);
  const { openDatabase } = await import("../tests/support/ways");
  const { startPgBouncer } = await import("../tests/support/pgbouncer");
  const database = await openDatabase(way === "neon" ? "neon" : "url");
  const direct = database.settings.DATABASE_URL ?? "";
  const pooler = way === "pgbouncer" ? await startPgBouncer(direct) : null;
  try {
    Object.assign(process.env, database.settings, pooler && { DATABASE_URL: pooler.url, DATABASE_POOLER: "transaction" });
    const { checkOrder } = await import("../tests/support/feed-order");
    const startedAt = performance.now();
    // As long as the longest that it is to bear, or all the time.
    const openMs = changes >= CHANGES ? OPEN_MS : undefined;
    const outcome = await database.seen(() => checkOrder({ url: direct, changes, writers: WRITERS, keys: KEYS, openMs }));
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    console.log(
      `${outcome.changes} changes by ${WRITERS} writers, ${outcome.undone} undone, one open ${openMs === undefined ? "all the time" : `for ${openMs / 1000} s`}; ${seconds} s`,
    );
    console.table(outcome.pollers);
    console.log(`A cursor that is the last number seen missed ${outcome.missedByNumber}.`);
    const isWhole = outcome.pollers.every(
      ({ missed, twice, phantoms, differing }) => missed + twice + phantoms + differing === 0,
    );
    if (!isWhole) throw new Failure("The feed missed something.");
    if (!outcome.hasMissedOpen) throw new Failure("A number as cursor missed nothing: nothing was shown.");
  } finally {
    await (await import("../lib/database/client")).disconnect();
    await pooler?.stop();
    await database.stop();
  }
}
