import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { call, newKey, query, shared } from "../support/client";
import { newUser } from "../support/people";
import { startServer, type TestServer, until } from "../support/server";
import { report } from "../support/usage";

let server: TestServer;

beforeAll(async () => {
  server = await startServer({
    ...shared().settings,
    APP_URL: shared().url,
    REQUEST_TIMEOUT_MS: "2000",
    DATABASE_LOCK_TIMEOUT_MS: "4000",
  });
  // What answers reports is loaded by the first one.
  await report({}, {}, server.url);
});
afterAll(() => server.stop());

/** Runs `work` while somebody else holds the user's row, who lets go when `isOver`. */
async function whileHeld<Result>(user: { id: string }, work: () => Promise<Result>, isOver: () => Promise<boolean>) {
  const other = new pg.Client({ connectionString: shared().settings.DATABASE_URL });
  await other.connect();
  await other.query("BEGIN");
  await other.query("SELECT 1 FROM users WHERE id = $1 FOR UPDATE", [user.id]);
  const result = work();
  await until(isOver, "others to wait").finally(() => other.end());
  return result;
}

const waitingSince = async (milliseconds: number) => {
  const rows = await query(
    "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND clock_timestamp() - query_start > make_interval(secs => $1)",
    [milliseconds / 1000],
  );
  return rows.length > 0;
};

test("a request that has had its time does nothing more: a report is refused whole, and counts when it is sent again", async () => {
  const user = await newUser();
  const { api_key: apiKey } = await newKey(user);
  const id = randomUUID();
  const send = () => report({ apiKey, delta: 3 }, { id }, server.url);
  const answer = await whileHeld(user, send, () => waitingSince(2_100));
  expect([answer.status, answer.headers.get("retry-after"), answer.body]).toStrictEqual([
    503,
    "5",
    { error: "Temporarily unavailable. Try again shortly.", request_id: expect.any(String) },
  ]);
  expect((await query("SELECT 1 FROM usage_events WHERE event_id = $1", [id])).length).toBe(0);
  expect((await send()).body).toStrictEqual({ ok: true });
  expect((await query("SELECT 1 FROM usage_events WHERE event_id = $1", [id])).length).toBe(1);
});

test("reports of one owner whose row is held keep few connections, and nobody else waits for them", async () => {
  const [held, other] = [await newUser(), await newUser()];
  const [{ api_key: heldKey }, { api_key: otherKey }] = [await newKey(held), await newKey(other)];
  const token = shared().settings.SERVICE_API_SECRET ?? "";
  const refused = await whileHeld(
    held,
    () => Promise.all(Array.from({ length: 60 }, () => report({ apiKey: heldKey, delta: 1 }, {}, server.url))),
    async () => {
      if (!(await waitingSince(100))) return false;
      const answers = await Promise.all([
        report({ apiKey: otherKey, delta: 1 }, {}, server.url),
        call("/api/keys/verify", { token, body: { key: heldKey } }, server.url),
        call("/api/auth/settings/", { token: other.access }, server.url),
        call("/api/health", {}, server.url),
      ]);
      expect(answers.map(({ status }) => status)).toStrictEqual([200, 200, 200, 200]);
      const waiting = await query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
      expect(waiting.length).toBeLessThanOrEqual(2);
      return waitingSince(2_100);
    },
  );
  // The two that waited for the row itself had had their time when it came, and so had those behind them.
  for (const { status, headers } of refused) {
    expect(status).toBe(503);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  }
});
