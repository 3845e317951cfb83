import { afterAll, beforeAll, expect, test } from "vitest";
import { checkOrder } from "../support/feed-order";
import { ownDatabase, type ScratchDatabase } from "../support/scratch-database";

let database: ScratchDatabase;

beforeAll(async () => {
  database = await ownDatabase();
});
afterAll(() => database.drop());

test("Nothing is missed of what many writers change, whatever of it is undone; a cursor that is a number misses some", async () => {
  const outcome = await checkOrder({ url: database.url, changes: 20_000, writers: 8, keys: 50 });
  const right = { missed: 0, twice: 0, phantoms: 0, differing: 0 };
  expect(outcome.pollers).toStrictEqual(
    [right, right].map((each) => ({ ...each, rounds: expect.any(Number), failed: expect.any(Number) })),
  );
  expect(outcome.changes).toBeGreaterThanOrEqual(20_000);
  expect(outcome.undone).toBeGreaterThan(0);
  expect(outcome.hasMissedOpen).toBe(true);
});
