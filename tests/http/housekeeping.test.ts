import { randomUUID } from "node:crypto";
import pg from "pg";
import { beforeAll, describe, expect, test } from "vitest";
import { keepHouse } from "../../lib/operations/housekeeping";
import { call, newKey, query, shared } from "../support/client";
import { newUser } from "../support/people";
import { report } from "../support/usage";

describe("housekeeping", () => {
  beforeAll(() => Object.assign(process.env, shared().settings));

  test("forgets throttling that is past, and none that still holds", async () => {
    const at = (milliseconds: number) => Math.round(Date.now() + milliseconds);
    await query("INSERT INTO rate_limits (key, points, expire) VALUES ($1, 1, $2), ($3, 1, $4)", [
      "auth:past",
      at(-3601_000),
      "auth:holds",
      at(60_000),
    ]);
    await keepHouse();
    const left = await query<{ key: string }>("SELECT key FROM rate_limits WHERE key IN ('auth:past', 'auth:holds')");
    expect(left).toStrictEqual([{ key: "auth:holds" }]);
  });

  test("folds away events that can no longer be repeated; day totals, ledger and counters stay", async () => {
    const user = await newUser();
    const key = await newKey(user);
    const [old, fresh] = [randomUUID(), randomUUID()];
    await report({ apiKey: key.api_key, delta: 4, ts: Date.now() }, { id: old });
    await report({ apiKey: key.api_key, delta: 6 }, { id: fresh });
    await query("UPDATE usage_events SET at = now() - interval '36 days' WHERE event_id = $1", [old]);
    await call(`/api/auth/keys/${key.id}/regenerate/`, { method: "POST", token: user.access });
    await query("UPDATE replaced_credentials SET valid_until = now() - interval '36 days' WHERE hint = $1", [
      key.api_key.slice(8, 14),
    ]);
    const before = await call("/api/auth/usage/", { token: user.access });

    const removed = await keepHouse();
    expect([removed.usage_events >= 1, removed.replaced_credentials >= 1]).toStrictEqual([true, true]);
    await keepHouse();

    const events = await query<{ event_id: string }>("SELECT event_id FROM usage_events WHERE user_id = $1", [user.id]);
    expect(events.map((event) => event.event_id)).toStrictEqual([fresh]);
    expect((await call("/api/auth/usage/", { token: user.access })).body).toStrictEqual(before.body);
    expect((await report({ apiKey: key.api_key, delta: 1 })).status).toBe(404);
    const again = await report({ events: [{ id: fresh, keyId: key.id, delta: 6 }] }, { id: null });
    expect(again.body).toStrictEqual({ ok: true, accepted: 0, duplicates: 1, rejected: [] });
  });

  test("remembers the ids of reports that named no time: no age refuses those, and they count once for good", async () => {
    const user = await newUser();
    const key = await newKey(user);
    const events = ["dated", "undated", "of the version before"].map((id) => ({ id, keyId: key.id, delta: 5 }));
    const [dated, ...others] = events.map((event, index) => (index === 0 ? { ...event, ts: Date.now() } : event));
    await report({ events: [dated, ...others] }, { id: null });
    await query("UPDATE usage_events SET has_ts = NULL WHERE user_id = $1 AND event_id = 'of the version before'", [user.id]);
    await query("UPDATE usage_events SET at = now() - interval '36 days' WHERE user_id = $1", [user.id]);

    const left = async () => (await query("SELECT event_id FROM usage_events WHERE user_id = $1", [user.id])).length;
    const reporting = new pg.Client({ connectionString: shared().operatorUrl });
    await reporting.connect();
    await reporting.query(`BEGIN; SELECT 1 FROM users WHERE id = '${user.id}' FOR NO KEY UPDATE`);
    await keepHouse();
    await reporting.end();
    expect(await left()).toBe(3);
    await keepHouse();
    expect(await left()).toBe(0);
    const late = { id: "dated", keyId: key.id, delta: 5, ts: Date.now() - 36 * 24 * 3600 * 1000 };
    const again = await report({ events: [late, ...others, { id: "another", keyId: key.id, delta: 5 }] }, { id: null });
    expect(again.body).toStrictEqual({
      ok: true,
      accepted: 1,
      duplicates: 2,
      rejected: [{ index: 0, error: "ts must not be more than 35 days old" }],
    });
    expect((await call("/api/auth/usage/", { token: user.access })).body.data.credits).toBe(980);
  });
});
