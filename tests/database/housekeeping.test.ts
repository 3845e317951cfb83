import { randomBytes } from "node:crypto";
import { makeCredentials } from "@latchkey/rule/credentials";
import { learnForms } from "@latchkey/rule/known-forms";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { housekeepingDone, housekeepingRemoved, housekeepingRuns, maskedRows } from "../../lib/metrics/counters";
import { keepHouse, scheduleHousekeeping } from "../../lib/operations/housekeeping";
import { maskStored } from "../../lib/operations/masking";
import { log } from "../../lib/settings/log";
import { storedEventId } from "../../lib/usage/event-id";
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
  const nothing = { usage_events: 0, replaced_credentials: 0, sessions: 0, idempotency_records: 0, known_networks: 0 };
  expect(await keepHouse()).toStrictEqual({
    ...nothing,
    service_days: 0,
    key_refusals: 0,
    import_files: 0,
    key_changes: 0,
    verifier_acks: 0,
    verifier_sessions: 0,
    feed_snapshots: 0,
    feed_pages: 0,
    rate_limits: 2,
  });
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

test("a refusal of a key is kept for seven days", async () => {
  await database.query(
    `INSERT INTO key_refusals (key_id, at, code) SELECT days, now() - days * interval '1 day' + interval '1 hour', 'EXPIRED'
     FROM unnest(ARRAY[7, 8]) days`,
  );
  expect((await keepHouse()).key_refusals).toBe(1);
  expect(await database.query("SELECT key_id FROM key_refusals")).toStrictEqual([{ key_id: 7 }]);
});

test("more than a chunk is removed chunk by chunk", async () => {
  await addPast(10_001);
  expect((await keepHouse()).rate_limits).toBe(10_001);
});

describe("What an earlier version stored with credentials", () => {
  const { key: credential, hint } = makeCredentials("mf_live", randomBytes);
  const shown = `mf_live_${hint}...`;
  const OWNER = "00000000-0000-4000-8000-000000000001";

  beforeAll(async () => {
    await database.query(
      `WITH owner AS (INSERT INTO users (id, email, name, first_name) VALUES ($1, 'asha@example.com', $2, 'Asha') RETURNING id),
         added AS (
           INSERT INTO api_keys (uuid, user_id, name, format, hint, credential_hash, permissions)
           SELECT gen_random_uuid(), id, $2 || n, 'mf_live', 'abc123', decode(lpad(n::text, 2, '0'), 'hex'), '[]' FROM owner, generate_series(1, 3) n),
         reasoned AS (INSERT INTO credit_entries (user_id, amount, kind, reason) SELECT id, 5, 'adjustment', $2 FROM owner)
       INSERT INTO audit_entries (actor_kind, action, target_kind, target_id, after)
       VALUES ('system', 'api_key.created', 'api_key', '1', jsonb_build_object('name', $2::text))`,
      [OWNER, `x_${credential}`],
    );
    await database.query(
      `INSERT INTO usage_events (key_id, event_id, user_id, delta, at, endpoint, request_id, meta)
       SELECT 1, 'call-' || lpad(n::text, 4, '0'), $1::uuid, 1, now(), '/v1/' || n, NULL, '{"b": 1.50, "a": 2}' FROM generate_series(1, 1100) n
       UNION ALL SELECT 1, 'late', $1::uuid, 1, now(), '?k=%20' || $2::text, $2, json_build_object('log', E'line1\\n' || $2::text)
       UNION ALL SELECT 1, 'call-0550 ' || $2::text, $1::uuid, 1, now(), NULL, NULL, NULL`,
      [OWNER, credential],
    );
  });

  const holding = async (table: string) =>
    Number(
      (
        await database.query<{ n: string }>(`SELECT count(*) AS n FROM ${table} t WHERE t::text LIKE $1`, [
          `%${credential.slice(16)}%`,
        ])
      )[0]?.n,
    );
  const place = (table: string) =>
    database.query<{ place: string }>("SELECT place FROM mask_passes WHERE table_name = $1", [table]);

  /** As if there were a later version of the mask, and for an hour. */
  const takenAnew = async () => {
    await database.query("UPDATE mask_passes SET version = 0");
    await maskStored();
    expect(await database.query("SELECT 1 FROM mask_passes WHERE version = 1 AND done_at IS NULL")).toHaveLength(7);
    await database.query("UPDATE mask_passes SET begun_at = now() - interval '61 minutes'");
  };
  const maskedOf = async () => {
    const { values } = await maskedRows.get();
    const series = ["usage_events masked", "api_keys masked", "audit_entries left"];
    return series.map((name) => values.find(({ labels }) => `${labels.table} ${labels.outcome}` === name)?.value ?? 0);
  };

  test("is masked chunk by chunk from where it stopped, and by nobody while another does", async () => {
    expect(await database.query("SELECT 1 FROM mask_passes WHERE done_at IS NOT NULL")).toStrictEqual([]);
    await database.query("UPDATE mask_passes SET begun_at = now() - interval '61 minutes'");
    await database.query(`UPDATE mask_passes SET place = '[1,"call-0551"]' WHERE table_name = 'usage_events'`);
    const other = new pg.Client({ connectionString: database.url });
    await other.connect();
    await other.query("BEGIN; SELECT 1 FROM mask_passes WHERE table_name = 'api_keys' FOR UPDATE");
    expect(await maskStored()).toMatchObject({ usage_events: 1, api_keys: 0, users: 1, audit_entries: 1, credit_entries: 1 });
    await other.end();
    expect(await Promise.all(["usage_events", "api_keys", "users"].map(holding))).toStrictEqual([1, 3, 0]);
    expect(await place("usage_events")).toStrictEqual([{ place: '[1,"late"]' }]);
    const [late] = await database.query("SELECT endpoint, request_id, meta FROM usage_events WHERE event_id = 'late'");
    expect(late).toStrictEqual({ endpoint: `?k=%20${shown}`, request_id: shown, meta: { log: `line1\n${shown}` } });
    const [untouched] = await database.query("SELECT meta::text FROM usage_events WHERE event_id = 'call-0600'");
    expect(untouched).toStrictEqual({ meta: '{"b": 1.50, "a": 2}' });
  });

  test("is masked again for a later version of the mask, once, and counted where rows cannot be changed", async () => {
    await takenAnew();
    const info = vi.spyOn(log, "info");
    const warn = vi.spyOn(log, "warn");
    const before = await maskedOf();
    await keepHouse();
    expect(info.mock.calls).toContainEqual([{ table: "usage_events", rows: 1 }, "stored credentials were masked"]);
    expect(info.mock.calls).toContainEqual([{ table: "api_keys", rows: 3 }, "stored credentials were masked"]);
    expect(warn.mock.calls.map(([said]) => said)).toStrictEqual([
      { table: "audit_entries", rows: 1 },
      { table: "credit_entries", rows: 1 },
    ]);
    expect((await maskedOf()).map((count, index) => count - (before[index] ?? 0))).toStrictEqual([1, 3, 1]);
    expect(await Promise.all(["usage_events", "api_keys"].map(holding))).toStrictEqual([0, 0]);
    const ids = await database.query("SELECT event_id FROM usage_events WHERE event_id NOT LIKE 'call-%' ORDER BY 1");
    expect(ids).toStrictEqual([{ event_id: "late" }, { event_id: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) }]);
    info.mockClear();
    await keepHouse();
    expect(info.mock.calls).toStrictEqual([]);
  });

  test("is left to its age where a repeat took its place meanwhile", async () => {
    const raw = `again ${credential}`;
    await database.query(
      `INSERT INTO usage_events (key_id, event_id, user_id, delta, at) SELECT 1, id, $1::uuid, 1, now() FROM unnest($2::text[]) AS id`,
      [OWNER, [raw, storedEventId(raw)]],
    );
    await takenAnew();
    expect(await maskStored()).toMatchObject({ usage_events: 1 });
    expect(await holding("usage_events")).toBe(1);
  });

  test("is masked anew once a form of another product’s credentials is known, notes of keys too", async () => {
    const foreign = `mif_${randomBytes(32).toString("base64url")}`;
    await database.query("UPDATE api_keys SET note = $1 WHERE id = 1", [`old\n${foreign}`]);
    await database.query("INSERT INTO credential_forms (prefix, signs, length) VALUES ('mif_', 'base64url', 43)");
    await maskStored();
    expect(await database.query("SELECT 1 FROM mask_passes WHERE version = 2 AND done_at IS NULL")).toHaveLength(7);
    await database.query("UPDATE mask_passes SET begun_at = now() - interval '61 minutes'");
    expect(await maskStored()).toMatchObject({ api_keys: 1 });
    const [key] = await database.query("SELECT note FROM api_keys WHERE id = 1");
    expect(key).toStrictEqual({ note: `old\n${foreign.slice(0, 10)}...` });
    learnForms([]);
  });
});
