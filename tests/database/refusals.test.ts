import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { log } from "../../lib/settings/log";
import { findRefusals, KEPT_REFUSALS, noteRefusal, REFUSALS_PER_MINUTE, refusalsAdded } from "../../lib/verification/refusals";
import { ownDatabase, type ScratchDatabase } from "../support/scratch-database";

let database: ScratchDatabase;
let now = new Date("2026-11-20T10:00:30Z").getTime();

beforeAll(async () => {
  database = await ownDatabase();
});

afterAll(() => database.drop());

// Each test begins in a minute of its own.
beforeEach(() => {
  now = Math.max(now, Date.now()) + 60_000;
  vi.useFakeTimers({ toFake: ["setTimeout", "Date"], now });
  return () => vi.useRealTimers();
});

async function written(): Promise<void> {
  vi.advanceTimersByTime(5_000);
  await refusalsAdded();
}

const rows = async () => Number((await database.query<{ count: string }>("SELECT count(*) FROM key_refusals"))[0]?.count);

test("a refusal is kept with its time, its code and the permission that was asked for", async () => {
  noteRefusal(1, "REVOKED", "read");
  vi.advanceTimersByTime(1_000);
  noteRefusal(1, "INSUFFICIENT_PERMISSIONS", "sms:send");
  noteRefusal(2, "EXPIRED", null);
  expect(await rows()).toBe(0);
  await written();
  expect(await findRefusals(1)).toStrictEqual([
    { at: new Date(now + 1_000), code: "INSUFFICIENT_PERMISSIONS", asked: "sms:send" },
    { at: new Date(now), code: "REVOKED", asked: null },
  ]);
  expect(await findRefusals(2)).toHaveLength(1);
  expect(await findRefusals(3)).toStrictEqual([]);
});

test("who hammers a revoked key writes ten rows a minute, and another key's refusal is kept all the same", async () => {
  const before = await rows();
  for (let call = 0; call < 5_000; call += 1) noteRefusal(10, "REVOKED", null);
  noteRefusal(11, "EXPIRED", null);
  await written();
  expect((await rows()) - before).toBe(REFUSALS_PER_MINUTE + 1);
  vi.setSystemTime(Date.now() + 60_000);
  for (let call = 0; call < 5_000; call += 1) noteRefusal(10, "REVOKED", null);
  await written();
  expect(await findRefusals(10)).toHaveLength(2 * REFUSALS_PER_MINUTE);
});

test("of many keys at once no more are held in memory than one statement writes", async () => {
  const before = await rows();
  for (let key = 1_000; key < 21_000; key += 1) noteRefusal(key, "EXPIRED", null);
  await written();
  expect((await rows()) - before).toBe(2_000);
});

test("the last hundred of a key are kept, also where two servers write at once", async () => {
  await database.query(
    `INSERT INTO key_refusals (key_id, at, code) SELECT 20, now() - n * interval '1 minute', 'DISABLED' FROM generate_series(1, 300) n`,
  );
  noteRefusal(20, "REVOKED", null);
  // Another server holds some of what is to go: nobody waits for it.
  const other = new pg.Client({ connectionString: database.url });
  await other.connect();
  await other.query("BEGIN");
  await other.query("SELECT 1 FROM key_refusals WHERE key_id = 20 ORDER BY at LIMIT 50 FOR UPDATE");
  await written();
  await other.end();
  expect(await database.query("SELECT 1 FROM key_refusals WHERE key_id = 20")).toHaveLength(KEPT_REFUSALS + 50);
  noteRefusal(20, "REVOKED", null);
  await written();
  const kept = await database.query("SELECT code, at FROM key_refusals WHERE key_id = 20 ORDER BY at DESC");
  expect(kept).toHaveLength(KEPT_REFUSALS);
  expect(kept.slice(0, 2).map(({ code }) => code)).toStrictEqual(["REVOKED", "REVOKED"]);
});

test("what was asked for holds no credential, no control character, and is cut", async () => {
  const credential = `mf_live_${"a1B2".repeat(10)}`.slice(0, 46);
  for (const asked of [credential, "a\u0000b\ud800", "x".repeat(100_000)]) noteRefusal(30, "INSUFFICIENT_PERMISSIONS", asked);
  await written();
  expect((await findRefusals(30)).map(({ asked }) => asked).toSorted()).toStrictEqual([
    "ab\ufffd",
    `${credential.slice(0, 14)}...`,
    "x".repeat(100),
  ]);
});

test("what cannot be written is let go, said in the log, and nobody waits for it", async () => {
  const warn = vi.spyOn(log, "warn");
  await database.query("ALTER TABLE key_refusals RENAME TO elsewhere");
  noteRefusal(40, "EXPIRED", randomUUID());
  await written();
  expect(warn.mock.calls).toStrictEqual([[{ cause: "error", cause_code: "42P01", rows: 1 }, "refusals were not kept"]]);
  await database.query("ALTER TABLE elsewhere RENAME TO key_refusals");
  noteRefusal(40, "EXPIRED", null);
  await written();
  expect(await findRefusals(40)).toHaveLength(1);
});
