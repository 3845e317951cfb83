import { expect, test } from "vitest";
import { failureTimeAt } from "@/tests/support/failure-time";

test("a failure waits for the slowest form that anybody has, twice over, whatever its own check took", async () => {
  const { time, hashes, waited, pass } = failureTimeAt({ bcrypt: 300, argon2id: 80 });
  hashes.push("bcrypt", "argon2id");
  for (const check of [0, 50, 599]) {
    const untilItsTime = time.begin();
    pass(check);
    await untilItsTime();
  }
  expect(waited()).toStrictEqual([600, 550, 1]);
});

test("what took longer waits for the next full time", async () => {
  const { time, hashes, waited, pass } = failureTimeAt({ bcrypt: 300 });
  hashes.push("bcrypt");
  const untilItsTime = time.begin();
  pass(650);
  await untilItsTime();
  expect(waited()).toStrictEqual([550]);
});

test("our own counts where it is the slowest", async () => {
  const { time, hashes, waited } = failureTimeAt({ bcrypt: 5 });
  hashes.push("bcrypt");
  await time.begin()();
  expect(waited()).toStrictEqual([120]);
});

test("nothing is measured and nothing waits where nobody has a foreign one, or has one no longer", async () => {
  const { time, hashes, waited, measured, pass } = failureTimeAt({ bcrypt: 300 });
  await time.begin()();
  expect([waited(), measured()]).toStrictEqual([[], []]);
  hashes.push("bcrypt");
  pass(5_000);
  await time.begin()();
  hashes.pop();
  pass(5_000);
  await time.begin()();
  expect(waited()).toStrictEqual([600]);
});

test("what there is is looked at again after five seconds, and measured once", async () => {
  const { time, hashes, waited, measured, pass, looks } = failureTimeAt({ bcrypt: 300, argon2id: 500 });
  hashes.push("bcrypt");
  await time.prepare();
  hashes.push("argon2id");
  await Promise.all([time.begin()(), time.begin()()]);
  expect(looks()).toBe(1);
  pass(5_000);
  await Promise.all([time.begin()(), time.begin()()]);
  expect(looks()).toBe(2);
  expect(waited()).toStrictEqual([600, 600, 1_000, 1_000]);
  expect(measured()).toStrictEqual(["own", "bcrypt", "argon2id"]);
});

test("where it cannot be asked, what was known goes on", async () => {
  const { time, hashes, waited, fail, pass } = failureTimeAt({ bcrypt: 300 });
  hashes.push("bcrypt");
  await time.prepare();
  fail();
  pass(5_000);
  await time.begin()();
  expect(waited()).toStrictEqual([600]);
});
