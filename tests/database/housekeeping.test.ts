import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { housekeepingDone, housekeepingRemoved, housekeepingRuns } from "../../lib/metrics/counters";
import { keepHouse, scheduleHousekeeping } from "../../lib/operations/housekeeping";
import { log } from "../../lib/settings/log";
import { ownDatabase, type ScratchDatabase } from "../support/scratch-database";
import { until } from "../support/server";

let database: ScratchDatabase;

beforeAll(async () => {
  database = await ownDatabase();
});

afterAll(() => database.drop());

const addPast = (count: number) =>
  database.query("INSERT INTO rate_limits (key, points, expire) SELECT 'past:' || n, 1, 0 FROM generate_series(1, $1) n", [
    count,
  ]);

/** As it is measured: runs by how they ended, rows of one table, and when one last came to its end. */
async function counted() {
  const [runs, removed, done] = await Promise.all([housekeepingRuns.get(), housekeepingRemoved.get(), housekeepingDone.get()]);
  const runsOf = (outcome: string) => runs.values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0;
  return {
    successes: runsOf("success"),
    failures: runsOf("failure"),
    limits: removed.values.find(({ labels }) => labels.table === "rate_limits")?.value ?? 0,
    doneAt: done.values[0]?.value ?? 0,
  };
}

test("it is kept soon after a start, not an hour later", async () => {
  await addPast(3);
  expect(await counted()).toStrictEqual({ successes: 0, failures: 0, limits: 0, doneAt: 0 });
  vi.useFakeTimers({ toFake: ["setTimeout", "setInterval", "Date"] });
  const startedAt = Date.now();
  scheduleHousekeeping();
  vi.advanceTimersToNextTimer();
  const waitedMs = Date.now() - startedAt;
  vi.useRealTimers();
  expect([waitedMs >= 30_000, waitedMs <= 90_000]).toStrictEqual([true, true]);
  await until(async () => (await counted()).successes > 0, "the first run");
  expect(await counted()).toStrictEqual({ successes: 1, failures: 0, limits: 3, doneAt: expect.closeTo(Date.now() / 1000, -2) });
});

test("a table that fails keeps no other waiting; what failed is told by its code and nothing else, and counted", async () => {
  const before = await counted();
  const error = vi.spyOn(log, "error");
  await database.query("ALTER TABLE usage_events RENAME TO elsewhere");
  await addPast(2);
  const nothing = { usage_events: 0, replaced_credentials: 0, sessions: 0, idempotency_records: 0 };
  expect(await keepHouse()).toStrictEqual({ ...nothing, rate_limits: 2 });
  expect(error.mock.calls).toStrictEqual([
    [{ table: "usage_events", cause: "error", cause_code: "42P01" }, "housekeeping failed"],
  ]);
  expect(await counted()).toStrictEqual({ ...before, failures: before.failures + 1, limits: before.limits + 2 });

  await database.query("ALTER TABLE elsewhere RENAME TO usage_events");
  await keepHouse();
  const after = await counted();
  expect([after.failures, after.successes]).toStrictEqual([before.failures + 1, before.successes + 1]);
  expect(after.doneAt).toBeGreaterThan(before.doneAt);
});

test("what an Idempotency-Key did is forgotten after thirty days, and not before", async () => {
  await database.query(
    `INSERT INTO idempotency_records (caller, route, key_hash, input_hash, target_id, created_at)
     SELECT 'user:' || days, 'create-key', '', '', days, now() - days * interval '1 day' FROM unnest(ARRAY[29, 31]) days`,
  );
  expect((await keepHouse()).idempotency_records).toBe(1);
  expect(await database.query("SELECT target_id FROM idempotency_records")).toStrictEqual([{ target_id: "29" }]);
});

test("more than a chunk is removed chunk by chunk", async () => {
  await addPast(10_001);
  expect((await keepHouse()).rate_limits).toBe(10_001);
});
