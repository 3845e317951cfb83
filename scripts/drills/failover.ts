import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { newKey } from "../../tests/support/client";
import { closeQueries, query } from "../../tests/support/database";
import { ask } from "../../tests/support/feed";
import { newFolder } from "../../tests/support/launch";
import { type Relay, startTcpRelay } from "../../tests/support/relay";
import { randomSecret, until } from "../../tests/support/server";
import { openCluster, superuserUrl } from "../postgres";
import type { Finding, Row } from "./drill";
import { BOUND_MS, Follower, newFeedService } from "./followers";
import { type OwnGround, openOwnGround } from "./ground";

const REPLICAS = 2;
/** What the lost database did besides, which no replica is told of. */
const OTHER_CHANGES = 20;
const STANDBY_MS = 3_000;

/**
 * Two real PostgreSQLs, one the other's asynchronous standby, and a third that was copied from the first: the portal is led to the
 * standby by mistake, the first is lost with commits that the standby never got, and then the copy takes over.
 */
export async function failOver(title: string): Promise<Row> {
  const folder = newFolder("drill-database");
  const password = randomSecret();
  const first = await openCluster(folder, password);
  const opened: { stop(): Promise<void> }[] = [{ stop: () => first.stop("immediate") }];
  try {
    // Before anything else, so that all three have the roles and the tables.
    const ground = await openOwnGround({ cluster: first });
    opened.unshift({ stop: () => ground.close() });
    return { drill: title, ...(await carryThrough(ground, folder, password, opened)) };
  } finally {
    for (const each of opened) await each.stop();
  }
}

async function carryThrough(
  ground: OwnGround,
  folder: string,
  password: string,
  opened: { stop(): Promise<void> }[],
): Promise<{ findings: Finding[]; notes: string[] }> {
  const findings: Finding[] = [];
  const notes: string[] = [];
  const says = (sentence: string, holds: boolean) => void findings.push({ says: sentence, holds });
  const { cluster: first, relay } = ground;
  const token = await newFeedService(ground);
  const keys = await Promise.all(Array.from({ length: 3 }, () => newKey(ground.owners.A, {}, ground.portal.url)));
  const ids = keys.map(({ id }) => id);

  const replication = await startTcpRelay(new URL(first.url).host);
  opened.unshift({ stop: () => replication.stop() });
  await closeQueries(first.url);
  await first.stop();
  const second = copyOf(folder, "drill-standby");
  const third = copyOf(folder, "drill-copy");
  followOther(second, replication, folder);
  await first.start();
  const standby = await openCluster(second, password);
  opened.unshift({ stop: () => standby.stop("immediate") });

  const followers = Array.from({ length: REPLICAS }, () => new Follower(token, ground.address));
  opened.unshift({ stop: async () => followers.forEach((follower) => void follower.stop()) });
  const isFresh = () => followers.every(({ lastFrame }) => lastFrame > Date.now() - BOUND_MS);
  await until(isFresh, "the replicas to be fresh");

  relay.lead(new URL(standby.url).host);
  await pause(BOUND_MS);
  const from = Math.max(...followers.map(({ lastFrame }) => lastFrame));
  await pause(STANDBY_MS);
  says(
    "a standby tells nothing",
    followers.every(({ lastFrame }) => lastFrame <= from),
  );
  const refused = await ask("/sessions", token, { instance: "drill", version: "1", nonce: "n".repeat(16) }, {}, ground.address);
  says(`and opens no session (${refused.status})`, refused.status === 503);
  relay.lead(new URL(first.url).host);
  await until(isFresh, "the replicas to be fresh");
  says(
    "nobody begins anew for that",
    followers.every(({ resets }) => resets === 0),
  );

  await replication.stop();
  const set = (url: string, what: string, id: string) => query(`UPDATE api_keys SET ${what} WHERE uuid = $1`, [id], url);
  await set(first.url, "name = 'never copied'", ids[0] ?? "");
  await set(first.url, "revoked_at = now()", ids[2] ?? "");
  for (let change = 0; change < OTHER_CHANGES; change += 1)
    await query("UPDATE users SET last_name = $1", [`Change ${change}`], first.url);
  await until(() => followers.every(({ replica }) => replica?.keys.get(ids[2] ?? "")?.st === "revoked"), "the last word");
  await closeQueries(first.url);
  await first.stop("immediate");
  await query("SELECT pg_promote()", [], superuserUrl(second));
  await set(standby.url, "revoked_at = now()", ids[0] ?? "");
  await set(standby.url, "revoked_at = now()", ids[1] ?? "");
  let ledAt = Date.now();
  relay.lead(new URL(standby.url).host);
  await begunAnew(followers, 1);
  notes.push(`after the failover everybody had begun anew in ${Date.now() - ledAt} ms`);
  says(
    "after a failover everybody begins anew",
    followers.every(({ resets }) => resets === 1),
  );
  says("and holds what the new primary holds", await holdAll(followers, standby.url));

  const copy = await openCluster(third, password);
  opened.unshift({ stop: () => copy.stop("immediate") });
  await query("UPDATE api_keys SET revoked_at = now()", [], copy.url);
  ledAt = Date.now();
  relay.lead(new URL(copy.url).host);
  await begunAnew(followers, 2);
  notes.push(`after the copy took over everybody had begun anew in ${Date.now() - ledAt} ms`);
  says(
    "after an older copy took over everybody begins anew",
    followers.every(({ resets }) => resets === 2),
  );
  says("and holds what the copy holds", await holdAll(followers, copy.url));
  for (const url of [standby.url, superuserUrl(second), copy.url]) await closeQueries(url);
  return { findings, notes };
}

/** A PostgreSQL that does not run, with its passwords, as another one with a port of its own. */
function copyOf(folder: string, name: string): string {
  const copy = newFolder(name);
  if (spawnSync("cp", ["-a", `${folder}/.`, copy]).status !== 0) throw new Error("the database could not be copied");
  fs.rmSync(path.join(copy, "postgres.json"), { force: true });
  return copy;
}

function followOther(standby: string, replication: Relay, folder: string): void {
  const { username, password } = new URL(superuserUrl(folder));
  const [host, port] = replication.address.split(":");
  const data = path.join(standby, "postgres");
  fs.appendFileSync(
    path.join(data, "postgresql.auto.conf"),
    `primary_conninfo = 'host=${host} port=${port} user=${username} password=${password}'\n`,
  );
  fs.writeFileSync(path.join(data, "standby.signal"), "");
}

function begunAnew(followers: readonly Follower[], times: number): Promise<void> {
  return until(
    () => followers.every(({ resets, lastFrame }) => resets >= times && lastFrame > Date.now() - BOUND_MS),
    "the replicas to begin anew",
  ).catch(() => {});
}

/** At quiet. */
async function holdAll(followers: readonly Follower[], url: string): Promise<boolean> {
  await pause(BOUND_MS);
  const held = await Promise.all(followers.map((follower) => follower.holdsAll((text) => query(text, [], url))));
  return held.every(Boolean);
}
