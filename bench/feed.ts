import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { issueCredentials } from "../lib/verification/hashes";
import { createVerifier } from "../packages/verifier/index";
import { ensureBuilt } from "../scripts/build";
import { applyMigrations } from "../scripts/migrate";
import { openCluster } from "../scripts/postgres";
import { closeQueries, query } from "../tests/support/database";
import { type Begun, begin } from "../tests/support/feed";
import { deploymentSettings, randomSecret, startServer, type TestServer } from "../tests/support/server";
import { addService } from "../tests/support/services";
import { compare, median, repeat, type Side, timeOfOne } from "./measure";

type Scale = { keys: number; changed: number; streams: number; revocations: number; seconds: number; rounds: number };
const FULL: Scale = { keys: 1_000_000, changed: 200_000, streams: 2_000, revocations: 100, seconds: 20, rounds: 9 };
const QUICK: Scale = { keys: 60_000, changed: 55_000, streams: 100, revocations: 10, seconds: 3, rounds: 3 };
const FEW_STREAMS = 8;
const CHUNK = 10_000;
/** Of /proc/PID/stat, as Linux has had it for ever. */
const TICKS_PER_SECOND = 100;

type Ground = { scale: Scale; url: string; settings: Record<string, string>; ownerId: string };

/** What the feed costs and how late it is, with a database of its own that holds so many keys and as many changes. */
export async function measureFeed({ isQuick }: { isQuick: boolean }): Promise<void> {
  const scale = isQuick ? QUICK : FULL;
  await ensureBuilt();
  const folder = path.resolve(".data", "bench-feed");
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  const cluster = await openCluster(folder, randomSecret());
  let server: TestServer | undefined;
  try {
    await applyMigrations(cluster.url, { tell: () => {} });
    const settings = deploymentSettings(cluster.url);
    Object.assign(process.env, settings);
    console.log(`Making ${scale.keys} keys…`);
    const ground = { scale, url: cluster.url, settings, ownerId: await seed(cluster.url, scale.keys) };
    await measurePoll(ground);
    await measureWrites(ground);
    server = await startServer(settings);
    const token = await newFeedService(ground);
    const begun = await measureSnapshot(server, token);
    await measureReady(server, token, begun);
    await measureFewStreams(ground, server, begun, token);
    await measureManyStreams(ground, server, token);
  } finally {
    await server?.stop();
    await (await import("../lib/database/client")).disconnect();
    await closeQueries(cluster.url);
    await cluster.stop("immediate");
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function tell(name: string, figure: string): void {
  console.log(`${name.padEnd(64)} ${figure}`);
}

/** One owner, whose keys are hashed and sealed as those are that are made one by one. */
async function seed(url: string, keys: number): Promise<string> {
  const { storeIssued } = await import("../lib/keys/create");
  const { currentSecretId } = await import("../lib/verification/hash-secrets");
  const [owner] = await query<{ id: string }>(
    "INSERT INTO users (id, email, name, updated_at) VALUES (gen_random_uuid(), 'bench@example.com', 'Bench', now()) RETURNING id",
    [],
    url,
  );
  const ownerId = owner?.id ?? "";
  for (let made = 0; made < keys; made += CHUNK) {
    const stored = await Promise.all(
      Array.from({ length: Math.min(CHUNK, keys - made) }, async () => {
        const issued = issueCredentials("mf_live");
        return { hint: issued.hint, ...(await storeIssued(issued)) };
      }),
    );
    await query(
      `INSERT INTO api_keys (uuid, user_id, name, format, hint, credential_hash, credential_seal, secret_hash, secret_seal,
         credential_hashed_under, secret_hashed_under, permissions)
       SELECT gen_random_uuid(), $1, 'Key ' || $7::int + n.place, 'mf_live', n.hint, n.hash, n.seal, n.secret, n.secret_seal, $8, $8, '["read","write"]'
       FROM unnest($2::text[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[]) WITH ORDINALITY AS n(hint, hash, seal, secret, secret_seal, place)`,
      [
        ownerId,
        stored.map(({ hint }) => hint),
        stored.map(({ keyHash }) => Buffer.from(keyHash)),
        stored.map(({ keySeal }) => keySeal),
        stored.map(({ secretHash }) => secretHash && Buffer.from(secretHash)),
        stored.map(({ secretSeal }) => secretSeal),
        made,
        currentSecretId(),
      ],
      url,
    );
  }
  await query("VACUUM ANALYZE", [], url);
  return ownerId;
}

async function newFeedService({ url, settings }: Ground): Promise<string> {
  const run = (text: string, values: unknown[]) => query<{ id: string }>(text, values, url);
  return (await addService(run, settings.KEY_HASH_SECRET ?? "", { scopes: ["feed"] })).credential;
}

async function measurePoll({ scale }: Ground): Promise<void> {
  const { openFeed } = await import("../lib/feed/state");
  const { feedRun, sql } = await import("../lib/database/client");
  const { pollFeed } = await import("../lib/feed/poll");
  const { statement, int } = await import("../lib/database/statements");
  const opening = await openFeed(sql);
  if (!opening) throw new Error("the database is no primary");
  const place = { ...opening, mark: null };
  const ONE = statement("bench-one", { one: int }, "SELECT 1 AS one");
  const pair = {
    ours: timeOfOne(repeat(() => pollFeed(feedRun, place))),
    other: timeOfOne(repeat(() => feedRun(ONE, {}))),
  };
  const { ours, other } = await compare(pair, { rounds: scale.rounds, milliseconds: 500 });
  tell(`a poll with ${scale.keys} rows in the log`, `${ours.toFixed(2)} ms (SELECT 1: ${other.toFixed(2)} ms), goal 0.5`);
}

const TRIGGERS = {
  api_keys: ["insert", "update"],
  replaced_credentials: ["insert", "update", "delete"],
  users: ["insert", "update"],
};

/** With the feed's triggers and without, in turn, in processor time of this process and PostgreSQL's. */
async function measureWrites({ scale, url, ownerId }: Ground): Promise<void> {
  const { createKey } = await import("../lib/keys/create");
  const { revokeKey } = await import("../lib/keys/revoke");
  const { regenerateKey } = await import("../lib/keys/regenerate");
  const { SYSTEM_ACTOR } = await import("../lib/audit/actors");
  type Owner = Parameters<typeof revokeKey>[0];
  const owner = {
    id: ownerId,
    email: "bench@example.com",
    actor: { ...SYSTEM_ACTOR, kind: "user", userId: ownerId },
  } as unknown as Owner;
  const toggle = async (word: "ENABLE ALWAYS" | "DISABLE") => {
    for (const [table, kinds] of Object.entries(TRIGGERS))
      for (const kind of kinds) await query(`ALTER TABLE ${table} ${word} TRIGGER ${table}_feed_${kind}`, [], url);
  };
  const made: string[] = [];
  const input = { name: "Bench", permissions: ["read"], expiresAt: null, format: "mf_live" as const };
  const create = async () => void made.push((await createKey(SYSTEM_ACTOR, ownerId, input)).uuid);
  const kinds: Record<string, (index: number) => Promise<unknown>> = {
    create,
    regenerate: (index) => regenerateKey(owner, made[index % made.length] ?? "", { graceSeconds: 3600 }),
    revoke: async () => revokeKey(owner, made.pop() ?? ""),
  };
  for (const [name, work] of Object.entries(kinds)) {
    const side =
      (word: "ENABLE ALWAYS" | "DISABLE"): Side =>
      async () => {
        await toggle(word);
        const count = 200;
        if (name === "revoke") while (made.length < count) await create();
        const before = processorSeconds(await backends(url));
        const cpu = process.cpuUsage();
        for (let index = 0; index < count; index += 1) await work(index);
        const own = process.cpuUsage(cpu);
        const spent = processorSeconds(await backends(url)) - before + (own.user + own.system) / 1e6;
        return count / spent;
      };
    try {
      const { ours, other, ratio } = await compare(
        { ours: side("ENABLE ALWAYS"), other: side("DISABLE") },
        { rounds: scale.rounds, milliseconds: 0 },
      );
      tell(
        `${name} a key, with the triggers and without`,
        `${ratio.toFixed(2)} (${Math.round(ours)} and ${Math.round(other)} per processor second), goal 0.85`,
      );
    } finally {
      await toggle("ENABLE ALWAYS");
    }
  }
}

async function backends(url: string): Promise<number[]> {
  const rows = await query<{ pid: number }>("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'", [], url);
  return rows.map(({ pid }) => pid);
}

function processorSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    try {
      const fields = fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
      return sum + (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    } catch {
      // It ended meanwhile.
      return sum;
    }
  }, 0);
}

async function measureSnapshot(server: TestServer, token: string): Promise<Begun> {
  let startedAt = performance.now();
  const begun = await retried(() => begin(token, {}, server.url));
  const { snapshot } = begun;
  if (!snapshot) throw new Error("no snapshot");
  tell("a snapshot is made", `${seconds(startedAt)} s for ${snapshot.keys} keys, ${snapshot.pages.length} pages`);
  startedAt = performance.now();
  let [compressed, lines] = [0, 0];
  for (const page of snapshot.pages) {
    const answer = await fetch(`${server.url}/api/verifier/snapshot/${page}`, { headers: { Authorization: `Bearer ${token}` } });
    const bytes = Buffer.from(await answer.arrayBuffer());
    compressed += bytes.byteLength;
    for (const line of gunzipSync(bytes).toString().split("\n")) if (line) lines += JSON.parse(line) ? 1 : 0;
  }
  tell(
    "one that is made is read",
    `${seconds(startedAt)} s, ${lines} lines, ${Math.round(compressed / 2 ** 20)} MiB, goal 20 s for 1,000,000 keys`,
  );
  return begun;
}

/** The library, from nothing to where it answers by itself. */
async function measureReady(server: TestServer, credential: string, { keys }: Begun): Promise<void> {
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  const verifier = createVerifier({ url: server.url, credential, feedKey: keys.key, signals: false });
  await verifier.ready(120_000);
  const { user, system } = process.cpuUsage(cpu);
  const known = verifier.status().keys;
  await verifier.close();
  tell(
    "a verifier is READY",
    `${seconds(startedAt)} s for ${known} keys, ${((user + system) / 1e6).toFixed(1)} s of its processor time, goal 20 s`,
  );
}

/** `begin` waits for six seconds, and a snapshot can take longer. */
async function retried<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === 30) throw error;
    }
  }
}

type Follower = {
  frames: number;
  /** The oldest that what it had was, by the clock of this machine, which is the database's as well. */
  oldestMs: number;
  ended: boolean;
  waitFor(text: string): Promise<number>;
  stop(): void;
};

/** Reads lines as they come, and believes them: what it costs to verify is the verifier's. `isDeaf`: it does not even read them. */
async function follow(server: TestServer, token: string, begun: Begun, isDeaf = false): Promise<Follower> {
  const cursor = begun.snapshot?.cursor ?? "";
  const agent = new http.Agent({ maxSockets: 1 });
  const waiting = new Map<string, (at: number) => void>();
  let asOf: number | null = null;
  const follower: Follower = {
    frames: 0,
    oldestMs: 0,
    ended: false,
    waitFor: (text) => new Promise((resolve) => waiting.set(text, resolve)),
    stop: () => void request.destroy(),
  };
  const request = http.request(`${server.url}/api/verifier/feed`, {
    agent,
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
  });
  request.on("error", () => {});
  request.end(JSON.stringify({ session: begun.session, token: begun.token, epoch: begun.epoch, cursor }));
  await new Promise<void>((resolve, reject) => {
    request.once("error", reject);
    request.once("response", (response) => {
      if (response.statusCode !== 200) reject(new Error(String(response.statusCode)));
      response.on("error", () => {});
      response.on("close", () => {
        follower.ended = true;
      });
      if (isDeaf) {
        response.resume();
        return resolve();
      }
      let rest = "";
      let round = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          if (line.startsWith('{"t":"frame"')) {
            const now = Date.now();
            if (asOf !== null) follower.oldestMs = Math.max(follower.oldestMs, now - asOf);
            asOf = Number(/"as_of":(\d+)/.exec(line)?.[1]);
            follower.frames += 1;
            for (const [text, done] of waiting) {
              if (!round.includes(text)) continue;
              waiting.delete(text);
              done(now);
            }
            round = "";
            resolve();
          } else if (waiting.size > 0) round += line;
        }
      });
    });
  });
  return follower;
}

async function measureFewStreams(ground: Ground, server: TestServer, begun: Begun, token: string): Promise<void> {
  const { scale, url } = ground;
  const followers = await Promise.all(Array.from({ length: FEW_STREAMS }, () => follow(server, token, begun)));
  await measureLateness(ground, followers, `the last of ${FEW_STREAMS} streams`);
  for (const follower of followers) follower.oldestMs = 0;
  const startedAt = performance.now();
  await query("UPDATE api_keys SET expires_at = now() + interval '1 year' WHERE id <= $1", [scale.changed], url);
  const took = seconds(startedAt);
  await pause(5_000);
  tell(
    `one statement that changes ${scale.changed} keys (${took} s)`,
    `${FEW_STREAMS} streams held nothing older than ${Math.max(...followers.map(({ oldestMs }) => oldestMs))} ms, ${followers.filter(({ ended }) => ended).length} ended; goal 2,000`,
  );
  for (const follower of followers) follower.stop();
}

async function measureLateness({ scale, url }: Ground, followers: readonly Follower[], whose: string): Promise<void> {
  const rows = await query<{ id: number; uuid: string }>(
    "SELECT id, uuid FROM api_keys WHERE revoked_at IS NULL ORDER BY id LIMIT $1",
    [scale.revocations],
    url,
  );
  const late: number[] = [];
  for (const { id, uuid } of rows) {
    const heard = Promise.all(followers.map((follower) => follower.waitFor(`"id":"${uuid}"`)));
    await query("UPDATE api_keys SET revoked_at = now() WHERE id = $1", [id], url);
    const committedAt = Date.now();
    late.push(Math.max(...(await heard)) - committedAt);
    await pause(Math.random() * 250);
  }
  late.sort((one, other) => one - other);
  const at = (share: number) => late[Math.min(late.length - 1, Math.ceil(late.length * share) - 1)];
  tell(
    `commit elsewhere → ${whose}, ${late.length} revocations`,
    `p50 ${at(0.5)}, p99 ${at(0.99)}, max ${late.at(-1)} ms, goal p99 400`,
  );
}

async function measureManyStreams(ground: Ground, server: TestServer, token: string): Promise<void> {
  const { scale } = ground;
  const begun = await retried(() => begin(token, {}, server.url));
  const followers: Follower[] = [];
  for (let place = 0; place < scale.streams; place += 50)
    followers.push(...(await Promise.all(Array.from({ length: 50 }, () => follow(server, token, begun, true)))));
  const pid = server.process.pid ?? 0;
  const shares: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const [before, startedAt] = [processorSeconds([pid]), performance.now()];
    await pause((scale.seconds * 1000) / 3);
    shares.push(((processorSeconds([pid]) - before) / (performance.now() - startedAt)) * 1000);
  }
  const resident = /VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  tell(
    `${followers.length} streams (${followers.filter(({ ended }) => ended).length} ended)`,
    `${(median(shares) * 100).toFixed(1)} % of a core, ${Math.round(Number(resident) / 1024)} MB resident, goal 25 %`,
  );
  const hearing = await Promise.all(Array.from({ length: FEW_STREAMS }, () => follow(server, token, begun)));
  await measureLateness(ground, hearing, `the last of ${FEW_STREAMS} among ${followers.length} streams`);
  for (const follower of [...followers, ...hearing]) follower.stop();
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}
