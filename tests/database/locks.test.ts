import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { db } from "../../lib/database/client";
import { LOCKS } from "../../lib/database/locks";
import { lockAdmins, lockUser } from "../../lib/users/locked-user";
import { toAppError } from "../../lib/values/errors";
import { holdCluster } from "../../scripts/hold-cluster";
import { applyMigrations } from "../../scripts/migrate";
import { ownDatabase, type ScratchDatabase } from "../support/scratch-database";

let database: ScratchDatabase;

beforeAll(async () => {
  database = await ownDatabase();
});

afterAll(() => database.drop());

/** Runs `work` from its beginning to its end while somebody else has what `text` takes, and answers what it threw. */
async function refusalWhile(text: string, values: unknown[], work: () => Promise<unknown>): Promise<unknown> {
  const other = new pg.Client({ connectionString: database.url });
  await other.connect();
  try {
    await other.query("BEGIN");
    await other.query(text, values);
    return await work().then(
      () => "it was not refused",
      (error: unknown) => error,
    );
  } finally {
    await other.end();
  }
}

test("a change that cannot get its lock is given up: the administrators', or a user's row", async () => {
  const [user] = await database.query<{ id: string }>(
    "INSERT INTO users (id, email, name) VALUES (gen_random_uuid(), 'held@example.com', 'Held') RETURNING id",
  );
  const id = user?.id ?? "";
  const refusals = await Promise.all([
    refusalWhile("SELECT pg_advisory_lock($1)", [LOCKS.administrators], () => db().$transaction(lockAdmins, { timeout: 60_000 })),
    refusalWhile("SELECT 1 FROM users WHERE id = $1 FOR UPDATE", [id], () =>
      db().$transaction((tx) => lockUser(tx, id), { timeout: 60_000 }),
    ),
  ]);
  for (const refusal of refusals) {
    expect(toAppError(refusal)).toMatchObject({
      code: "TEMPORARILY_UNAVAILABLE",
      status: 503,
      headers: { "Retry-After": "5" },
      message: "This is being changed by somebody else just now. Nothing was done; try again.",
    });
  }
});

test("a migration whose turn does not come is given up in a sentence", async () => {
  const refusal = await refusalWhile("SELECT pg_advisory_lock($1)", [LOCKS.migrations], () =>
    applyMigrations(database.url, { waitMs: 300 }),
  );
  expect(String(refusal)).toMatch(
    /^Error: Somebody else has been migrating this database for .* Nothing was done: try again later\.$/,
  );
  expect(await applyMigrations(database.url)).toStrictEqual([]);
});

test("a start that waits for PostgreSQL to be stopped by somebody who never does is given up in a sentence", async () => {
  const cluster = { url: database.url, port: 0, start: async () => {}, stop: async () => {} };
  const refusal = await refusalWhile("SELECT pg_advisory_lock($1)", [LOCKS.embeddedPostgres], () =>
    holdCluster({ cluster }, 300),
  );
  expect(String(refusal)).toBe("Error: Somebody has been stopping the embedded PostgreSQL for too long. Try again.");
  await (await holdCluster({ cluster }, 300))();
});
