import { createHmac } from "node:crypto";
import fs from "node:fs";
import pg from "pg";
import { openMigrated } from "./migrated";
import { databaseFolder, deploymentSettings, startServer, type TestServer } from "./server";

const CLIENTS = 4;
const BATCH = 50;
const REPEATED = 0.3;

type FaultReport = {
  distinct: number;
  sent: number;
  kills: number;
  events: number;
  calls: number;
  dayCalls: number;
  charged: number;
  balance: number;
  ledger: number;
};

type Sent = { id: string; keyId: string; delta: number };

/**
 * Several clients report `count` calls, three in ten of them more than once and in shuffled order, retrying until each
 * batch is confirmed, while the server is killed with SIGKILL again and again. Answers what the database holds then.
 */
export async function reportUnderFaults(count: number): Promise<FaultReport> {
  const folder = databaseFolder("faults");
  const cluster = await openMigrated(folder);
  const settings = deploymentSettings(cluster.url);
  const database = new pg.Client({ connectionString: cluster.url });
  await database.connect();
  let server = await startServer(settings);
  let isDone = false;
  let kills = 0;

  // Kills come by what was achieved, not by the clock: every seventh of the batches.
  let confirmed = 0;
  let due = 0;
  const killing = async () => {
    while (!isDone) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (confirmed < due) continue;
      due = confirmed + Math.ceil(count / BATCH / 7);
      await server.stop("SIGKILL");
      kills += 1;
      server = await startServer(settings);
    }
  };

  try {
    const keys = await makeKeys(database, 7);
    const distinct = Array.from(
      { length: count },
      (_, index): Sent => ({ id: `event-${index}`, keyId: keys[index % keys.length] ?? "", delta: (index % 5) + 1 }),
    );
    const repeats = shuffle([...distinct]).slice(0, Math.floor(count * REPEATED));
    const queue = shuffle([...distinct, ...repeats]);
    const batches = Array.from({ length: Math.ceil(queue.length / BATCH) }, (_, index) =>
      queue.slice(index * BATCH, (index + 1) * BATCH),
    );
    let sent = 0;
    const client = async () => {
      for (let batch = batches.pop(); batch; batch = batches.pop()) {
        do sent += batch.length;
        while (!(await tryToReport(server, settings.USAGE_WEBHOOK_SECRET ?? "", batch)));
        confirmed += 1;
      }
    };
    const killer = killing();
    await Promise.all(Array.from({ length: CLIENTS }, client));
    isDone = true;
    await killer;

    const number = async (text: string) => Number((await database.query<{ n: string }>(text)).rows[0]?.n);
    return {
      distinct: count,
      sent,
      kills,
      events: await number("SELECT count(*) AS n FROM usage_events"),
      calls: await number("SELECT sum(total_uses) AS n FROM api_keys"),
      dayCalls: await number("SELECT sum(calls) AS n FROM usage_days"),
      charged: await number("SELECT sum(credits) AS n FROM usage_days"),
      balance: await number("SELECT sum(credits) AS n FROM users"),
      ledger: await number("SELECT sum(amount) AS n FROM credit_entries"),
    };
  } finally {
    isDone = true;
    await database.end();
    await server.stop("SIGKILL");
    await cluster.stop("immediate");
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** The sum of what the events of `reportUnderFaults(count)` cost. */
export function costOf(count: number): number {
  return Array.from({ length: count }, (_, index) => (index % 5) + 1).reduce((sum, delta) => sum + delta, 0);
}

async function tryToReport(server: TestServer, secret: string, events: Sent[]): Promise<boolean> {
  const body = JSON.stringify({ events });
  const signature = createHmac("sha256", secret).update(body).digest("hex");
  try {
    const response = await fetch(`${server.url}/usage`, { method: "POST", headers: { "x-signature": signature }, body });
    const answer = (await response.json()) as { ok?: boolean; rejected?: unknown[] };
    if (answer.rejected?.length) throw new Error(`events were rejected: ${JSON.stringify(answer.rejected)}`);
    return answer.ok === true;
  } catch (error) {
    // Killed in between: whether it was counted is not known, so it is sent again.
    if (error instanceof TypeError || error instanceof SyntaxError)
      return new Promise((resolve) => setTimeout(resolve, 50, false));
    throw error;
  }
}

async function makeKeys(database: pg.Client, count: number): Promise<string[]> {
  const { rows } = await database.query<{ uuid: string }>(
    `WITH people AS (
       INSERT INTO users (id, email, name, updated_at)
       SELECT gen_random_uuid(), 'user-' || place || '@example.com', 'User', now() FROM generate_series(1, 3) AS place RETURNING id
     )
     INSERT INTO api_keys (uuid, user_id, name, format, hint, credential_hash, permissions)
     SELECT gen_random_uuid(), (SELECT id FROM people ORDER BY id OFFSET place % 3 LIMIT 1), 'Key', 'mf_live', 'abcdef', sha256(place::text::bytea), '[]'
     FROM generate_series(1, $1::int) AS place RETURNING uuid`,
    [count],
  );
  return rows.map((row) => row.uuid);
}

function shuffle<T>(items: T[]): T[] {
  for (let index = items.length - 1; index > 0; index -= 1) {
    const other = Math.floor(Math.random() * (index + 1));
    [items[index], items[other]] = [items[other] as T, items[index] as T];
  }
  return items;
}
