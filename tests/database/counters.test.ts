import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Counter, giveBack, type Outcome, takeOne } from "../../lib/database/counters";
import { ownDatabase, type ScratchDatabase } from "../support/scratch-database";

let database: ScratchDatabase;
beforeAll(async () => {
  database = await ownDatabase();
});
afterAll(() => database.drop());

const newCounter = (limit: number): Counter => ({ key: randomUUID(), limit, seconds: 60 });
const isTaken = (outcome: Outcome) => "taken" in outcome;
const takenOf = (outcome: Outcome) => ("taken" in outcome ? outcome.taken : []);
const pointsOf = async ({ key }: Counter) =>
  (await database.query<{ points: number }>("SELECT points FROM rate_limits WHERE key = $1", [key]))[0]?.points ?? 0;
const endWindow = ({ key }: Counter) => database.query("UPDATE rate_limits SET expire = 1 WHERE key = $1", [key]);

test("of many at once no more than the limit get theirs, from every counter the same", async () => {
  const [one, other] = [newCounter(5), newCounter(50)];
  const outcomes = await Promise.all(Array.from({ length: 40 }, () => takeOne([one, other])));
  expect(outcomes.filter(isTaken)).toHaveLength(5);
  expect(await pointsOf(one)).toBe(5);
  expect(await pointsOf(other)).toBe(5);
  for (const outcome of outcomes.filter((each) => !isTaken(each)))
    expect(outcome).toStrictEqual({ waitSeconds: expect.any(Number) });
});

test("in whatever order the counters are named, nobody waits for one another", async () => {
  const counters = [newCounter(1000), newCounter(1000), newCounter(1000)];
  const rounds = Array.from({ length: 60 }, async (_, index) => {
    const outcome = await takeOne(index % 2 === 0 ? counters : [...counters].reverse());
    await giveBack(takenOf(outcome).reverse());
  });
  await Promise.all(rounds);
  for (const counter of counters) expect(await pointsOf(counter)).toBe(0);
});

test("what is given back can be taken again, and the time to wait is at most the window", async () => {
  const counter = newCounter(1);
  const first = await takeOne([counter]);
  const refused = await takeOne([counter]);
  expect(refused).toStrictEqual({ waitSeconds: expect.any(Number) });
  expect("waitSeconds" in refused && refused.waitSeconds >= 1 && refused.waitSeconds <= 60).toBe(true);
  await giveBack(takenOf(first));
  expect(isTaken(await takeOne([counter]))).toBe(true);
});

test("what is given back after its window adds nothing to the next one", async () => {
  const counter = newCounter(2);
  const old = await takeOne([counter]);
  await endWindow(counter);
  await takeOne([counter]);
  await giveBack(takenOf(old));
  expect(await pointsOf(counter)).toBe(1);
});

test("a counter that is used up keeps the others as they are", async () => {
  const [full, other] = [newCounter(1), newCounter(5)];
  await takeOne([full]);
  for (let attempt = 0; attempt < 3; attempt += 1) expect(isTaken(await takeOne([full, other]))).toBe(false);
  expect(await pointsOf(full)).toBe(1);
  expect(await pointsOf(other)).toBe(0);
});

test("a window may last for months", async () => {
  const counter = { ...newCounter(1), seconds: 90 * 24 * 3600 };
  expect(isTaken(await takeOne([counter]))).toBe(true);
  const refused = await takeOne([counter]);
  expect("waitSeconds" in refused && refused.waitSeconds).toBeGreaterThan(89 * 24 * 3600);
});
