import pg from "pg";
import type { TestServer } from "../tests/support/server";
import type { Bench } from "./ground";
import { load } from "./http";
import { timeOfOne } from "./measure";

const FEW = 10;
const MANY = 1_000;

/** The page of someone with many keys shows a page of them: it costs little more than that of someone with few. */
export async function measurePages(bench: Bench): Promise<void> {
  const server = await bench.start(bench.settings);
  const [few, many] = [await signUpWithKeys(bench, server, FEW), await signUpWithKeys(bench, server, MANY)];
  const render = (cookie: string) => timeOfOne(load({ url: `${server.url}/keys`, headers: { cookie }, connections: 1 }));
  await bench.measure(
    { name: `/keys with ${MANY} keys, rendered by the server`, unit: "ms", otherName: `with ${FEW} keys`, goal: { atMost: 3 } },
    { ours: render(many), other: render(few) },
  );
}

/** A session cookie of someone new with so many keys and a month of calls of each. */
async function signUpWithKeys({ databaseUrl }: Bench, { url }: TestServer, count: number): Promise<string> {
  const email = `keys-${count}@example.com`;
  const password = "a password that only this run uses";
  const person = { email, password, password_confirm: password, first_name: "Bench", last_name: "Mark" };
  await post(`${url}/api/auth/register/`, person);
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  await database.query(
    `WITH made AS (
       INSERT INTO api_keys (uuid, user_id, name, format, hint, credential_hash, permissions, created_at)
       SELECT gen_random_uuid(), u.id, 'Key ' || n, 'mf_live', 'random', sha256((u.email || n)::bytea), '["read"]', now() - n * interval '1 hour'
       FROM users u, generate_series(1, $2::int) n WHERE u.email = $1 RETURNING id, user_id
     )
     INSERT INTO usage_days (key_id, user_id, day, calls, credits)
     SELECT id, user_id, now()::date - d, d, d FROM made, generate_series(0, 29) d`,
    [email, count],
  );
  await database.query("ANALYZE");
  await database.end();
  const answer = await post(`${url}/api/auth/sign-in/email`, { email, password });
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
}

async function post(url: string, body: object): Promise<Response> {
  const headers = { "Content-Type": "application/json", Origin: new URL(url).origin };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  return answer;
}
