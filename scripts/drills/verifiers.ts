import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { storeIssued } from "../../lib/keys/create";
import { currentSecretId } from "../../lib/verification/hash-secrets";
import { issueCredentials } from "../../lib/verification/hashes";
import { begin } from "../../tests/support/feed";
import { newFolder } from "../../tests/support/launch";
import { startTcpRelay } from "../../tests/support/relay";
import { cleanEnvironment } from "../../tests/support/server";
import { addService } from "../../tests/support/services";
import { packVerifier } from "../verifier-package";
import type { Finding, Row } from "./drill";
import { type OwnGround, openOwnGround } from "./ground";

const [VERIFIERS, KEYS, WRITERS] = [8, 10_000, 4];
const BOUND_MS = 2_000;
/** The first stands still again and again, the second is cut off again and again. */
const [STOPPED_MS, GOES_ON_MS] = [4_000, 3_000];
const [RECEIPTS, RECEIPT_P99_MS] = [500, 1_000];
const READY_MS = 120_000;

type Key = { id: number; uuid: string; credential: string; committedAt: number };
type Outcome = { checks: number; unavailable: number; lastAccepted: number[]; firstRefused: number[] };
type Told = { confirmed: { instance: string; after_ms: number }[]; seen_at: string; dead_everywhere_at: string | null };

/**
 * Ten thousand keys are revoked while eight processes check them, by the package as it is published: none is let in
 * more than two seconds after the commit, also where a process stands still or hears nothing, and no receipt is of what a process did
 * not refuse yet.
 */
export async function revokeUnderVerifiers(title: string): Promise<Row> {
  const ground = await openOwnGround();
  const stops: (() => unknown)[] = [() => ground.close()];
  try {
    return { drill: title, ...(await carryThrough(ground, stops)) };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

async function carryThrough(ground: OwnGround, stops: (() => unknown)[]): Promise<{ findings: Finding[]; notes: string[] }> {
  const { settings, address, cluster } = ground;
  Object.assign(process.env, settings, { DATABASE_URL: cluster.url });
  const keys = await makeKeys(ground);
  const { credential } = await addService(ground.query, settings.KEY_HASH_SECRET ?? "", { scopes: ["feed", "admin:read"] });
  const feedKey = (await begin(credential, {}, address)).keys.key;
  const cutOff = await startTcpRelay(new URL(address).host);
  stops.push(() => cutOff.stop());
  const folder = newFolder("verifiers");
  await packVerifier(folder);
  const keysFile = path.join(folder, "keys.txt");
  fs.writeFileSync(keysFile, keys.map((key) => key.credential).join("\n"));
  const children = Array.from({ length: VERIFIERS }, (_, place) => {
    const url = place === 1 ? `http://${cutOff.address}` : address;
    const library = path.join(folder, "package", "dist", "index.js");
    const outcome = path.join(folder, `outcome-${place}.json`);
    const child = fork(
      "scripts/drills/verifier-child.mjs",
      [library, keysFile, outcome, url, credential, feedKey, `verifier/${place}`],
      {
        env: cleanEnvironment(),
        stdio: ["ignore", "inherit", "inherit", "ipc"],
      },
    );
    stops.push(() => child.kill("SIGKILL"));
    return { child, outcome };
  });
  await Promise.all(children.map(({ child }) => once(child, "message", { signal: AbortSignal.timeout(READY_MS) })));

  const weather = { isOver: false };
  const storms = [
    disturb(
      weather,
      () => children[0]?.child.kill("SIGSTOP"),
      () => children[0]?.child.kill("SIGCONT"),
    ),
    disturb(
      weather,
      () => {
        cutOff.silence("open");
        cutOff.silence("new");
      },
      () => {
        cutOff.silence("none");
        cutOff.cut("now");
      },
    ),
  ];
  const startedAt = performance.now();
  await revokeAll(keys, cluster.url);
  const seconds = (performance.now() - startedAt) / 1000;
  weather.isOver = true;
  await Promise.all(storms);
  await pause(BOUND_MS * 2);
  const outcomes = await Promise.all(children.map(({ child, outcome }) => outcomeOf(child, outcome)));
  const receipts = await receiptsOf(ground, keys, credential);

  const lateness = outcomes.flatMap(({ lastAccepted }) =>
    keys.flatMap(({ committedAt }, place) => (lastAccepted[place] ? [(lastAccepted[place] ?? 0) - committedAt] : [])),
  );
  const late = lateness.filter((milliseconds) => milliseconds > BOUND_MS).length;
  // Those that nothing keeps from hearing.
  const undisturbed = receipts.flatMap(({ told }) =>
    told.confirmed.filter(({ instance }) => !/\/[01]$/.test(instance)).map(({ after_ms }) => after_ms),
  );
  const untrue = receipts.flatMap(({ told, place }) =>
    told.confirmed.filter(({ instance, after_ms }) => {
      const accepted = outcomes[Number(instance.split("/")[1])]?.lastAccepted[place] ?? 0;
      return accepted > Date.parse(told.seen_at) + after_ms;
    }),
  );
  const p99 = shareOf(undisturbed, 0.99);
  const checks = outcomes.reduce((sum, outcome) => sum + outcome.checks, 0);
  const open = receipts.filter(({ told }) => told.dead_everywhere_at === null).length;
  return {
    findings: [
      { says: `accepted more than 2 s after the commit: 0 (${late})`, holds: late === 0 },
      { says: `receipts of what was accepted later than they say: 0 (${untrue.length})`, holds: untrue.length === 0 },
      { says: `receipts of ${RECEIPTS} revocations that are not dead everywhere: 0 (${open})`, holds: open === 0 },
      {
        says: `p99 of receipts of those that hear: at most 1 s (${p99} ms of ${undisturbed.length})`,
        holds: p99 <= RECEIPT_P99_MS,
        isTimed: true,
      },
      {
        says: "every key is refused in the end by each",
        holds: outcomes.every(({ firstRefused }) => firstRefused.every((at) => at > 0)),
      },
    ],
    notes: [
      `${keys.length} revocations in ${seconds.toFixed(0)} s; ${checks} checks by ${VERIFIERS} processes`,
      `the latest acceptance began ${lateness.reduce((most, each) => Math.max(most, each), 0)} ms after a commit; 99 % within ${shareOf(lateness, 0.99)} ms`,
      `UNAVAILABLE: ${outcomes.map(({ unavailable }) => unavailable).join(", ")}`,
    ],
  };
}

async function makeKeys({ query, owners }: OwnGround): Promise<Key[]> {
  const issued = await Promise.all(
    Array.from({ length: KEYS }, async () => {
      const credentials = issueCredentials("mf_live");
      return { credentials, stored: await storeIssued(credentials) };
    }),
  );
  const rows = await query<{ id: number; uuid: string; hint: string }>(
    `INSERT INTO api_keys (uuid, user_id, name, format, hint, credential_hash, credential_seal, credential_hashed_under, permissions)
     SELECT gen_random_uuid(), $1, 'Drill', 'mf_live', n.hint, n.hash, n.seal, $5, '["read"]'
     FROM unnest($2::text[], $3::bytea[], $4::bytea[]) WITH ORDINALITY AS n(hint, hash, seal, place) ORDER BY place RETURNING id, uuid, hint`,
    [
      owners.A.id,
      issued.map(({ credentials }) => credentials.hint),
      issued.map(({ stored }) => Buffer.from(stored.keyHash)),
      issued.map(({ stored }) => stored.keySeal),
      currentSecretId(),
    ],
  );
  return rows.map(({ id, uuid }, place) => ({ id, uuid, credential: issued[place]?.credentials.key ?? "", committedAt: 0 }));
}

/** As another server would: what the portal does itself wakes the feed at once. */
async function revokeAll(keys: readonly Key[], url: string): Promise<void> {
  const waiting = [...keys].sort(() => Math.random() - 0.5);
  await Promise.all(
    Array.from({ length: WRITERS }, async () => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      for (let key = waiting.pop(); key; key = waiting.pop()) {
        await client.query("UPDATE api_keys SET revoked_at = now() WHERE id = $1", [key.id]);
        key.committedAt = Date.now();
        await pause(Math.random() * 40);
      }
      await client.end();
    }),
  );
}

async function disturb(weather: { isOver: boolean }, begin: () => unknown, end: () => unknown): Promise<void> {
  while (!weather.isOver) {
    begin();
    await pause(STOPPED_MS);
    end();
    await pause(GOES_ON_MS);
  }
}

async function outcomeOf(child: ChildProcess, file: string): Promise<Outcome> {
  const ended = once(child, "exit", { signal: AbortSignal.timeout(READY_MS) });
  child.send("stop");
  await ended;
  return JSON.parse(fs.readFileSync(file, "utf8")) as Outcome;
}

async function receiptsOf({ query, address }: OwnGround, keys: readonly Key[], credential: string) {
  const step = Math.floor(keys.length / RECEIPTS);
  const told: { told: Told; place: number }[] = [];
  for (let place = 0; place < keys.length; place += step) {
    const [change] = await query<{ token: string }>(
      "SELECT seq || '.' || xid AS token FROM key_changes WHERE key_id = $1 AND narrows",
      [keys[place]?.id],
    );
    const answer = await fetch(`${address}/api/verifier/receipts/${change?.token}`, {
      headers: { Authorization: `Bearer ${credential}` },
    });
    told.push({ told: (await answer.json()) as Told, place });
  }
  return told;
}

/** What so large a share of them is at most. */
function shareOf(figures: readonly number[], share: number): number {
  const sorted = [...figures].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
