import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Client } from "../../lib/database/connections";
import { openPools } from "../../lib/database/pools";
import { boundRequest } from "../../lib/request/deadline";
import { parseEnv } from "../../lib/settings/env";
import { toAppError } from "../../lib/values/errors";
import { PrismaClient } from "../../prisma/generated/client";
import { shared } from "../support/client";
import { type ScratchDatabase, scratchDatabase } from "../support/scratch-database";

const BOUNDS = {
  DATABASE_STATEMENT_TIMEOUT_MS: "900",
  DATABASE_LOCK_TIMEOUT_MS: "300",
  DATABASE_IDLE_TRANSACTION_TIMEOUT_MS: "600",
  VERIFY_TIMEOUT_MS: "700",
};
const NAMES = ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"];
const ASK = `SELECT ${NAMES.map((name) => `current_setting('${name}') AS ${name}`).join(", ")}`;
const ADD = "INSERT INTO rate_limits (key, points, expire) VALUES ('mine', 1, 0)";
const RAISE = "UPDATE rate_limits SET points = points + 1 WHERE key = 'held'";

let database: ScratchDatabase;
let pools: ReturnType<typeof openPools>;

beforeAll(async () => {
  database = await scratchDatabase();
});
afterAll(() => database.drop());

/** The most that is known of a failure by whoever asked. */
async function refusalOf(work: Promise<unknown>) {
  const error = await work.then(
    () => null,
    (thrown: unknown) => toAppError(thrown),
  );
  return [error?.code, error?.details];
}

const pointsOf = async (key: string) =>
  (await database.query<{ points: number }>("SELECT points FROM rate_limits WHERE key = $1", [key]))[0]?.points;

async function inTransaction<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = await pools.general.connect();
  try {
    await client.query("BEGIN");
    return await work(client);
  } finally {
    await client.query("ROLLBACK").catch(() => {});
    client.release();
  }
}

describe.each([
  ["a session of its own", "none"],
  ["a pooler's transactions", "transaction"],
])("Over %s", (_, pooler) => {
  beforeEach(async () => {
    await database.query("DELETE FROM rate_limits");
    await database.query("INSERT INTO rate_limits (key, points, expire) VALUES ('held', 1, 0)");
    pools = openPools(parseEnv({ ...shared().settings, ...BOUNDS, DATABASE_URL: database.url, DATABASE_POOLER: pooler }));
  });
  afterEach(endPools);

  test("a transaction has its bounds, and leaves none behind where others will use the connection", async () => {
    const within = await inTransaction(async (client) => (await client.query(ASK)).rows[0]);
    expect(within).toStrictEqual(inOrder("900ms", "300ms", "600ms"));
    const after = (await pools.general.query(ASK)).rows[0];
    expect(after).toStrictEqual(pooler === "none" ? within : inOrder("0", "0", "0"));
    expect(pools.general.totalCount).toBe(1);
  });

  test("look-ups are planned once for a connection, and nothing else is", async () => {
    const asked = "SELECT current_setting('plan_cache_mode') AS mode";
    const [looking, changing] = [pools.verification, pools.general].map(async (pool) => (await pool.query(asked)).rows[0]);
    expect(await looking).toStrictEqual({ mode: pooler === "none" ? "force_generic_plan" : "auto" });
    expect(await changing).toStrictEqual({ mode: "auto" });
  });

  test("a single change that waits for a lock is given up, and does not happen later either", async () => {
    const holder = new pg.Client({ connectionString: database.url });
    await holder.connect();
    await holder.query("BEGIN");
    await holder.query("SELECT 1 FROM rate_limits WHERE key = 'held' FOR UPDATE");
    const raised = await refusalOf(pools.general.query(RAISE));
    await holder.end();
    expect(raised).toStrictEqual(["TEMPORARILY_UNAVAILABLE", "A lock was not to be had in time."]);
    expect(await pointsOf("held")).toBe(1);
    await pools.general.query(RAISE);
    expect(await pointsOf("held")).toBe(2);
  });

  test("a change that takes too long is given up, and is not made", async () => {
    const slow = `WITH added AS (${ADD} RETURNING 1) SELECT pg_sleep(60) FROM added`;
    expect(await refusalOf(pools.general.query(slow))).toStrictEqual(["TEMPORARILY_UNAVAILABLE", "The database took too long."]);
    expect(await pointsOf("mine")).toBeUndefined();
  });

  test("a transaction that nobody goes on with is ended by the database", async () => {
    await inTransaction(async (client) => {
      await client.query(RAISE);
      await pause(900);
      expect((await refusalOf(client.query(RAISE)))[0]).toBe("TEMPORARILY_UNAVAILABLE");
    });
    expect(await pointsOf("held")).toBe(1);
  });

  test("statements are prepared by name only where the next one finds them", async () => {
    const named = { name: "one", text: "SELECT 1" };
    await pools.general.query(named);
    await pools.general.query(named);
    const [row] = (await pools.general.query<{ count: string }>("SELECT count(*) FROM pg_prepared_statements")).rows;
    expect(Number(row?.count)).toBe(pooler === "none" ? 1 : 0);
  });

  test("a request that has had its time begins nothing more, and what it had not finished is undone", async () => {
    // With the usual bounds of the database, which are not to be what ends it.
    await endPools();
    pools = openPools(parseEnv({ ...shared().settings, DATABASE_URL: database.url, DATABASE_POOLER: pooler }));
    const prisma = new PrismaClient({ adapter: pools.adapter });
    const request = async (work: () => Promise<unknown>) => {
      const lift = boundRequest(400);
      const refusal = await refusalOf(work());
      lift();
      return refusal;
    };
    const late = ["TEMPORARILY_UNAVAILABLE", "The request took too long."];
    const ours = request(async () => {
      const client = await pools.general.connect();
      try {
        await client.query("BEGIN");
        await client.query(ADD);
        await pause(450);
        await client.query("COMMIT");
      } finally {
        client.release();
      }
    });
    expect(await ours).toStrictEqual(late);
    const prismas = request(() =>
      prisma.$transaction(async (tx) => {
        await tx.$executeRawUnsafe(ADD);
        await pause(450);
      }),
    );
    expect(await prismas).toStrictEqual(late);
    const tooLate = request(async () => {
      await pause(450);
      await pools.general.query(ADD);
    });
    expect(await tooLate).toStrictEqual(late);
    expect(await pointsOf("mine")).toBeUndefined();
    await prisma.$executeRawUnsafe(ADD);
    expect(await pointsOf("mine")).toBe(1);
    expect(pools.general.totalCount - pools.general.idleCount).toBe(0);
    await prisma.$disconnect();
  });
});

test("look-ups have bounds of their own, and one that exceeds them frees its place", async () => {
  pools = openPools(parseEnv({ ...shared().settings, ...BOUNDS, DATABASE_URL: database.url }));
  expect((await pools.verification.query(ASK)).rows[0]).toStrictEqual(inOrder("700ms", "700ms", "700ms"));
  const slow = Array.from({ length: 8 }, () => refusalOf(pools.verification.query("SELECT pg_sleep(60)")));
  for (const refusal of await Promise.all(slow)) expect(refusal[0]).toBe("TEMPORARILY_UNAVAILABLE");
  expect((await pools.verification.query("SELECT 1 AS one")).rows).toStrictEqual([{ one: 1 }]);
  const { totalCount, idleCount, waitingCount } = pools.verification;
  expect([totalCount - idleCount, waitingCount]).toStrictEqual([0, 0]);
  await endPools();
});

function endPools() {
  return Promise.all([pools.general.end(), pools.verification.end(), pools.health.end()]);
}

function inOrder(...values: string[]) {
  return Object.fromEntries(NAMES.map((name, index) => [name, values[index]]));
}
