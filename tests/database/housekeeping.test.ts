import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { housekeepingRecord, keepHouse, scheduleHousekeeping } from "../../lib/operations/housekeeping";
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
const counted = () => structuredClone(housekeepingRecord());

test("it is kept soon after a start, not an hour later", async () => {
  await addPast(3);
  expect(counted()).toMatchObject({ lastRunAt: null, lastSuccessAt: null, failures: 0 });
  vi.useFakeTimers({ toFake: ["setTimeout", "setInterval", "Date"] });
  const startedAt = Date.now();
  scheduleHousekeeping();
  vi.advanceTimersToNextTimer();
  const waitedMs = Date.now() - startedAt;
  vi.useRealTimers();
  expect([waitedMs >= 30_000, waitedMs <= 90_000]).toStrictEqual([true, true]);
  await until(() => housekeepingRecord().lastSuccessAt !== null, "the first run");
  expect(counted()).toMatchObject({ removed: { rate_limits: 3, sessions: 0 }, failures: 0 });
});

test("a table that fails keeps no other waiting; what failed is told by its code and nothing else, and counted", async () => {
  const before = counted();
  const error = vi.spyOn(log, "error");
  await database.query("ALTER TABLE usage_events RENAME TO elsewhere");
  await addPast(2);
  expect(await keepHouse()).toStrictEqual({ usage_events: 0, replaced_credentials: 0, sessions: 0, rate_limits: 2 });
  expect(error.mock.calls).toStrictEqual([
    [{ table: "usage_events", cause: "error", cause_code: "42P01" }, "housekeeping failed"],
  ]);
  expect(counted()).toMatchObject({
    lastSuccessAt: before.lastSuccessAt,
    failures: before.failures + 1,
    removed: { rate_limits: before.removed.rate_limits + 2 },
  });

  await database.query("ALTER TABLE elsewhere RENAME TO usage_events");
  await keepHouse();
  expect(counted().failures).toBe(before.failures + 1);
  expect(counted().lastSuccessAt).not.toStrictEqual(before.lastSuccessAt);
});

test("more than a chunk is removed chunk by chunk", async () => {
  await addPast(10_001);
  expect((await keepHouse()).rate_limits).toBe(10_001);
});
