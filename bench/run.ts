import fs from "node:fs";
import path from "node:path";
import pg from "pg";
import { applyMigrations } from "../scripts/migrate";
import { openCluster } from "../scripts/postgres";
import { deploymentSettings, randomSecret, startServer, type TestServer } from "../tests/support/server";
import { buildWithBareRoutes, load, send } from "./http";
import { compare, median, type Row, repeat, round, type Side } from "./measure";
import { openPeer } from "./peer";
import { copyDatabase, seedKeys } from "./seed";

/** None where the figure only explains another. */
type Goal = { atLeast: number } | { atMost: number } | null;
type Options = { isQuick: boolean };

const RESULTS = path.resolve("bench/results/latest.json");

/** Every measure, on a scratch PostgreSQL that all sides share, as a table and as bench/results/latest.json. */
export async function run({ isQuick }: Options): Promise<void> {
  const folder = path.resolve(".data", "bench");
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  const scale = isQuick
    ? { rounds: 3, milliseconds: 500, httpMilliseconds: 1000, keys: 1_000, manyKeys: 50_000, verifies: 2_000 }
    : { rounds: 7, milliseconds: 2000, httpMilliseconds: 3000, keys: 10_000, manyKeys: 1_000_000, verifies: 20_000 };
  const rows: Row[] = [];
  const cluster = await openCluster(folder, randomSecret());
  const servers: TestServer[] = [];
  try {
    console.log("Preparing: databases, keys, a build with two bare routes…");
    await applyMigrations(cluster.url);
    const [small, large, peerUrl] = [
      await copyDatabase(cluster.url, "small"),
      await copyDatabase(cluster.url, "large"),
      await copyDatabase(cluster.url, "peer", "template0"),
    ];
    const settings = deploymentSettings(cluster.url);
    Object.assign(process.env, settings);

    // After the settings: these modules read them on first use.
    const { createKey } = await import("../lib/keys/create");
    const { verifyKey } = await import("../lib/keys/verify");
    const { recordUsage } = await import("../lib/usage/record");
    const { SYSTEM_ACTOR } = await import("../lib/audit");
    const { sql, db } = await import("../lib/db");
    const { parseCredential, hashCredential } = await import("../lib/keys/credentials");

    const owner = await seedKeys(cluster.url, settings.KEY_HASH_SECRET ?? "", scale.keys);
    const peer = await openPeer(peerUrl, scale.keys);
    const site = buildWithBareRoutes(folder);
    const measure = async (
      name: string,
      unit: string,
      otherName: string,
      goal: Goal,
      pair: { ours: Side; other: Side },
      milliseconds = scale.milliseconds,
    ) => {
      rows.push(judge(name, unit, otherName, goal, await compare(pair, { rounds: scale.rounds, milliseconds })));
      print(rows.slice(-1), rows.length === 1);
    };

    const one = owner.keys[0] ?? "";
    const ask = (key: string) => verifyKey({ key, cost: 1 }).then(({ code }) => must(code === "VALID", code));
    const askPeer = (key: string) =>
      peer.api.verifyApiKey({ body: { key } }).then(({ valid }) => must(valid, "the peer refused"));
    const anyOf = (keys: string[]) => keys[Math.floor(Math.random() * keys.length)] ?? "";
    await measure(
      "verify in process, one key",
      "per second",
      "better-auth verifyApiKey",
      { atLeast: 20 },
      {
        ours: repeat(() => ask(one)),
        other: repeat(() => askPeer(peer.keys[0] ?? "")),
      },
    );
    await measure(
      `verify in process, ${scale.keys} keys at random`,
      "per second",
      "better-auth verifyApiKey",
      { atLeast: 20 },
      {
        ours: repeat(() => ask(anyOf(owner.keys))),
        other: repeat(() => askPeer(anyOf(peer.keys))),
      },
    );

    const bare = new pg.Pool({ connectionString: cluster.url, max: 20 });
    const credential = parseCredential(one);
    if (!credential) throw new Error("the seeded key is malformed");
    const hash = Buffer.from(hashCredential(credential, settings.KEY_HASH_SECRET ?? ""));
    const { CURRENT } = await import("../lib/keys/verify");
    await measure(
      "prepared lookup",
      "per second",
      "bare pg query",
      { atLeast: 0.8 },
      {
        ours: repeat(() => verifyKey({ key: one, cost: 1 })),
        other: repeat(() => bare.query({ name: "bare", text: `${CURRENT} = $1`, values: [hash] })),
      },
    );
    await measure(
      "prepared lookup against Prisma",
      "per second",
      "Prisma findUnique",
      { atLeast: 1 },
      {
        ours: repeat(() => sql("find-key", `${CURRENT} = $1`, [hash])),
        other: repeat(() => db().apiKey.findUnique({ where: { credentialHash: new Uint8Array(hash) }, include: { user: true } })),
      },
    );

    const input = { name: "Bench", permissions: ["read"], expiresAt: null, format: "mf_live" as const };
    await measure(
      "create a key",
      "per second",
      "better-auth createApiKey",
      { atLeast: 8 },
      {
        ours: repeat(() => createKey(SYSTEM_ACTOR, owner.id, input)),
        other: repeat(() => peer.api.createApiKey({ body: { userId: peer.userId, name: "Bench" } })),
      },
    );

    await bare.query("CREATE TABLE plain_events (LIKE usage_events INCLUDING ALL)");
    const keyIds = owner.uuids.slice(0, 100);
    const events = (index: number) =>
      Array.from({ length: 1000 }, (_, place) => ({
        id: `${index}-${place}`,
        keyId: keyIds[place % keyIds.length] ?? "",
        delta: 1,
        endpoint: "/v1/sms",
        requestId: `request-${place}`,
      }));
    const perBatch =
      (side: Side): Side =>
      async (milliseconds) =>
        1000 * (await side(milliseconds));
    await measure(
      "usage, batches of 1,000",
      "events per second",
      "plain INSERT of 1,000 rows",
      { atLeast: 0.35 },
      {
        ours: perBatch(
          repeat((index) =>
            recordUsage(events(index)).then((outcomes) =>
              must(
                outcomes.every((outcome) => outcome === "accepted"),
                "not accepted",
              ),
            ),
          ),
        ),
        other: perBatch(repeat((index) => insertPlainly(bare, owner, events(index)))),
      },
    );

    const server = await startServer(settings, site);
    servers.push(server);
    const headers = { Authorization: `Bearer ${settings.SERVICE_API_SECRET}`, "Content-Type": "application/json" };
    const single = { url: `${server.url}/api/keys/verify`, method: "POST" as const, headers, body: JSON.stringify({ key: one }) };
    const hundred = { ...single, body: JSON.stringify({ keys: owner.keys.slice(0, 100) }) };
    await measure(
      "verify over HTTP",
      "requests per second",
      "empty route handler",
      { atLeast: 0.8 },
      {
        ours: load(single),
        other: load({ ...single, url: `${server.url}/api/empty` }),
      },
      scale.httpMilliseconds,
    );
    await measure(
      "verify over HTTP",
      "requests per second",
      "a handler that echoes JSON",
      null,
      {
        ours: load(single),
        other: load({ ...single, url: `${server.url}/api/echo` }),
      },
      scale.httpMilliseconds,
    );
    await measure(
      "verify over HTTP, 100 keys a call",
      "keys per second",
      "single calls",
      { atLeast: 25 },
      {
        ours: async (milliseconds) => 100 * (await load(hundred)(milliseconds)),
        other: load(single),
      },
      scale.httpMilliseconds,
    );

    console.log(`Seeding ${scale.manyKeys} keys…`);
    await seedKeys(small, settings.KEY_HASH_SECRET ?? "", 1_000);
    await seedKeys(large, settings.KEY_HASH_SECRET ?? "", scale.manyKeys);
    const [few, many] = [
      await startServer({ ...settings, DATABASE_URL: small }, site),
      await startServer({ ...settings, DATABASE_URL: large }, site),
    ];
    servers.push(few, many);
    const admin = { "X-Admin-Secret": settings.ADMIN_API_SECRET ?? "" };
    for (const [place, deep] of [
      ["first page", false],
      ["page deep inside", true],
    ] as const) {
      const list = async (of: TestServer, count: number) =>
        load({
          url: `${of.url}/api/api-keys?limit=100${deep ? `&cursor=${await deepCursor(of, admin, count)}` : ""}`,
          headers: admin,
          connections: 1,
        });
      const [ours, other] = [await list(many, scale.manyKeys), await list(few, 1_000)];
      const time =
        (side: Side): Side =>
        async (milliseconds) =>
          1000 / (await side(milliseconds));
      await measure(
        `GET /api/api-keys?limit=100, ${place}, ${scale.manyKeys} keys`,
        "ms",
        "1000 keys",
        { atMost: 1.5 },
        { ours: time(ours), other: time(other) },
        scale.httpMilliseconds,
      );
    }

    console.log(`Memory: ${scale.verifies * 10} verifies…`);
    const fresh = await startServer(settings, site);
    servers.push(fresh);
    const target = { ...single, url: `${fresh.url}/api/keys/verify` };
    await send(target, scale.verifies);
    const before = await residentMegabytes(fresh);
    await send(target, scale.verifies * 9);
    const after = await residentMegabytes(fresh);
    rows.push(
      judge(
        `memory after ${scale.verifies * 10} verifies`,
        "MB",
        `after ${scale.verifies}`,
        { atMost: 1.1 },
        { ours: after, other: before, ratio: after / before },
      ),
    );
    print(rows.slice(-1), false);
    await bare.end();
  } finally {
    for (const server of servers) await server.stop("SIGKILL");
    await cluster.stop("immediate");
    fs.rmSync(folder, { recursive: true, force: true });
  }
  fs.mkdirSync(path.dirname(RESULTS), { recursive: true });
  fs.writeFileSync(RESULTS, `${JSON.stringify(rows, null, 2)}\n`);
  const goals = rows.filter((row) => row.goal);
  const missed = goals.filter((row) => row.missedBy).length;
  console.log(`\n${goals.length - missed} of ${goals.length} goals met. Written to bench/results/latest.json.`);
}

function judge(
  name: string,
  unit: string,
  otherName: string,
  goal: Goal,
  result: { ours: number; other: number; ratio: number },
): Row {
  const { text, share } = compareWithGoal(goal, result.ratio);
  return {
    name,
    unit,
    ours: round(result.ours),
    other: round(result.other),
    otherName,
    ratio: round(result.ratio),
    goal: text,
    missedBy: share > 0 ? `${Math.ceil(share * 100)} %` : "",
  };
}

/** The goal in words, and how far the ratio is from it as a share of it: 0 when it is met. */
function compareWithGoal(goal: Goal, ratio: number): { text: string; share: number } {
  if (!goal) return { text: "", share: 0 };
  if ("atLeast" in goal) return { text: `≥ ${goal.atLeast}`, share: Math.max(0, 1 - ratio / goal.atLeast) };
  return { text: `≤ ${goal.atMost}`, share: Math.max(0, ratio / goal.atMost - 1) };
}

function print(rows: Row[], isFirst: boolean): void {
  const line = (cells: string[]) =>
    console.log(
      cells.map((cell, index) => (index < 1 ? cell.padEnd(52) : index < 4 ? cell.padStart(11) : cell.padStart(8))).join(" "),
    );
  if (isFirst) line(["measure", "ours", "other", "ratio", "goal", ""]);
  for (const row of rows) {
    line([row.name, String(row.ours), String(row.other), String(row.ratio), row.goal, verdictOf(row)]);
    console.log(`  ${row.unit}, against ${row.otherName}`);
  }
}

function verdictOf({ goal, missedBy }: Row): string {
  if (!goal) return "";
  return missedBy ? `missed by ${missedBy}` : "met";
}

function must(isTrue: boolean, message: string): void {
  if (!isTrue) throw new Error(message);
}

type PlainEvent = { id: string; delta: number; endpoint: string; requestId: string };

async function insertPlainly(pool: pg.Pool, owner: { id: string }, events: PlainEvent[]): Promise<void> {
  const now = new Date();
  const values: unknown[] = [];
  const tuples = events.map((event, index) => {
    const first = values.length + 1;
    values.push((index % 100) + 1, event.id, owner.id, event.delta, now, event.endpoint, event.requestId, null);
    return `(${Array.from({ length: 8 }, (_, offset) => `$${first + offset}`).join(",")})`;
  });
  const text = `INSERT INTO plain_events (key_id, event_id, user_id, delta, at, endpoint, request_id, meta) VALUES ${tuples.join(",")}`;
  await pool.query({ name: "plain-insert", text, values });
}

async function deepCursor(server: TestServer, headers: Record<string, string>, count: number): Promise<string> {
  // Keys are seeded a millisecond apart, so a cursor nine tenths down can be read off the first page's.
  const response = await fetch(`${server.url}/api/api-keys?limit=1`, { headers });
  const { next_cursor } = (await response.json()) as { next_cursor: string };
  const [at = 0, id = 0] = next_cursor.split("-").map(Number);
  const depth = Math.floor(count * 0.9);
  return `${at - depth}-${id - depth}`;
}

/** The server's resident memory once it has been idle for a moment, as the median of a few readings. */
async function residentMegabytes(server: TestServer): Promise<number> {
  const readings: number[] = [];
  for (let reading = 0; reading < 5; reading += 1) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const status = fs.readFileSync(`/proc/${server.process.pid}/status`, "utf8");
    readings.push(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024);
  }
  return median(readings);
}
