import { randomBytes } from "node:crypto";
import pg from "pg";
import { signUsage } from "../lib/usage/signature";
import { DAY_MS } from "../lib/values/days";
import type { TestServer } from "../tests/support/server";

const HOUR_MS = 3600 * 1000;
const DAYS = 30;
const BATCH = 1000;

type Demo = { server: TestServer; settings: Record<string, string> };
type DemoKey = { name: string; permissions: unknown; ageDays: number; expiresInDays: number | null; dailyCalls: number };

export const PERSON = { email: "asha@example.com", password: `pw-${randomBytes(9).toString("base64url")}` };

/** Staff, whose list shows the keys of these as well. */
export const STAFF = { email: "neema@example.com", password: PERSON.password };

const OTHERS = [
  { name: "Juma Okello", keys: ["Checkout", "Checkout (test)"] },
  { name: "Zuri Kamau", keys: ["Dispatch"] },
  { name: "Baraka Mushi", keys: ["Clinic reminders", "Clinic intranet"] },
  { name: "Grace Otieno", keys: ["School bus"] },
];

const KEYS: DemoKey[] = [
  { name: "Production", permissions: ["read", "write"], ageDays: 210, expiresInDays: null, dailyCalls: 60 },
  { name: "Mobile app", permissions: ["read"], ageDays: 96, expiresInDays: 4, dailyCalls: 24 },
  { name: "Staging", permissions: { sms: ["send", "status"] }, ageDays: 64, expiresInDays: 120, dailyCalls: 9 },
  { name: "Nightly reports", permissions: ["read"], ageDays: 41, expiresInDays: 300, dailyCalls: 3 },
  { name: "Old laptop", permissions: ["read", "write"], ageDays: 400, expiresInDays: -12, dailyCalls: 0 },
  { name: "Workshop", permissions: ["read"], ageDays: 12, expiresInDays: 18, dailyCalls: 0 },
  { name: "CI runner", permissions: ["read", "write"], ageDays: 150, expiresInDays: null, dailyCalls: 2 },
];

/** Someone with keys in every state, and a month of calls, made through the APIs. Only what lies in the past is set by SQL. */
export async function makeDemo({ server, settings }: Demo): Promise<{ keyIds: string[] }> {
  const call = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const init = { method: "POST", headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body) };
    const answer = await fetch(server.url + path, init);
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  };
  const { email, password } = PERSON;
  const names = { first_name: "Asha", last_name: "Mrema" };
  const { user, tokens } = await call("/api/auth/register/", { email, password, password_confirm: password, ...names });
  const bearer = { Authorization: `Bearer ${tokens.access}` };
  const database = new pg.Client({ connectionString: settings.DATABASE_URL });
  await database.connect();
  await database.query("INSERT INTO credit_entries (user_id, amount, kind, reason) VALUES ($1, 4000, 'adjustment', 'Contract')", [
    user.id,
  ]);

  const keyIds: string[] = [];
  for (const { name, permissions, ageDays, expiresInDays, dailyCalls } of KEYS) {
    const expires_at = expiresInDays === null ? null : new Date(Date.now() + expiresInDays * DAY_MS).toISOString();
    const { data: key } = await call("/api/auth/keys/create/", { key_name: name, permissions, expires_at }, bearer);
    keyIds.push(key.id);
    const values = [key.id, ageDays];
    await database.query("UPDATE api_keys SET created_at = now() - $2::int * interval '1 day' WHERE uuid = $1", values);
    const events = makeEvents(key.id, dailyCalls, Math.min(ageDays, DAYS));
    for (let first = 0; first < events.length; first += BATCH) {
      const batch = { events: events.slice(first, first + BATCH) };
      const signature = signUsage(JSON.stringify(batch), settings.USAGE_WEBHOOK_SECRET ?? "");
      await call("/api/usage", batch, { "x-signature": signature });
    }
    await database.query(
      `INSERT INTO verification_days SELECT d.key_id, d.day, v.code, greatest(d.calls / v.part, 1) FROM usage_days d
       JOIN api_keys k ON k.id = d.key_id, (VALUES ('VALID', 1), ('INSUFFICIENT_PERMISSIONS', 12), ('SECRET_MISMATCH', 30)) AS v(code, part)
       WHERE k.uuid = $1`,
      [key.id],
    );
  }
  for (const { name, keys } of OTHERS) {
    const [first_name = "", last_name = ""] = name.split(" ");
    const other = {
      email: `${first_name.toLowerCase()}@example.com`,
      password,
      password_confirm: password,
      first_name,
      last_name,
    };
    const { access } = (await call("/api/auth/register/", other)).tokens;
    for (const key_name of keys) await call("/api/auth/keys/create/", { key_name }, { Authorization: `Bearer ${access}` });
  }
  const staff = { ...STAFF, password_confirm: password, first_name: "Neema", last_name: "Juma" };
  await call("/api/auth/register/", staff);
  await database.query("UPDATE users SET role = 'admin' WHERE email = $1", [STAFF.email]);
  await call(`/api/auth/keys/${keyIds.at(-1)}/revoke/`, {}, bearer);
  // The list leaves aside what was revoked some time ago.
  await database.query("UPDATE api_keys SET revoked_at = now() - interval '2 days' WHERE uuid = $1", [keyIds.at(-1)]);
  await call(`/api/auth/keys/${keyIds[2]}/regenerate/`, { grace_seconds: 24 * 3600 }, bearer);
  await database.end();
  return { keyIds };
}

/** Calls by hour of office days, fewer at weekends, growing a little, the latest an hour ago. */
function makeEvents(keyId: string, dailyCalls: number, days: number) {
  const now = Date.now();
  return Array.from({ length: days }, (_, daysAgo) => {
    const day = now - HOUR_MS - daysAgo * DAY_MS;
    const isWeekend = [0, 6].includes(new Date(day).getUTCDay());
    const wave = 1 + 0.25 * Math.sin(daysAgo * 1.7) - daysAgo / 90;
    const calls = Math.round(dailyCalls * wave * (isWeekend ? 0.35 : 1));
    return Array.from({ length: calls }, (_, place) => ({
      id: `${daysAgo}-${place}`,
      keyId,
      delta: 1,
      ts: day - place * 60_000,
      endpoint: "/v1/messages",
    }));
  }).flat();
}
