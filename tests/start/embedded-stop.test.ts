import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { holdCluster } from "../../scripts/hold-cluster";
import { type Cluster, superuserUrl } from "../../scripts/postgres";
import { allEnded, childrenOf, newFolder, postmasterOf } from "../support/launch";
import { openMigrated } from "../support/migrated";

let folder: string;
let cluster: Cluster;
let release: () => Promise<void>;
const clients: pg.Client[] = [];

beforeEach(async () => {
  folder = newFolder("embedded-stop");
  cluster = await openMigrated(folder);
  release = await holdCluster({ cluster });
});

afterEach(async () => {
  for (const client of clients.splice(0)) await client.end().catch(() => {});
});

async function connect(url = cluster.url): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  clients.push(client);
  return client;
}

/** It is over for `pg_ctl` when the file that names the process is gone, which is a moment before the process is. */
async function expectStopped(): Promise<void> {
  await release();
  await allEnded(folder);
}

test("it stops while others have transactions open, wait for locks and run statements without end", async () => {
  const [open, waiting, busy] = [await connect(superuserUrl(folder)), await connect(), await connect()];
  await waiting.query("CREATE TABLE held ()");
  await open.query("BEGIN; LOCK TABLE held");
  const ends = [waiting.query("SELECT FROM held"), busy.query("SELECT pg_sleep(3600)")].map((query) =>
    query.then(
      () => "answered",
      ({ code }) => code,
    ),
  );
  await expectStopped();
  // 57P01: ended by an administrator.
  expect(await Promise.all(ends)).toStrictEqual(["57P01", "57P01"]);
});

test("it stops when all of it is frozen", async () => {
  const postmaster = postmasterOf(folder);
  for (const pid of [postmaster, ...childrenOf(postmaster)]) process.kill(pid, "SIGSTOP");
  await expectStopped();
});

test("it stops when the connection that holds it is frozen, or was ended", async () => {
  const operator = await connect(superuserUrl(folder));
  const holder = async () => {
    const text = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted";
    return (await operator.query<{ pid: number }>(text)).rows[0]?.pid ?? 0;
  };
  process.kill(await holder(), "SIGSTOP");
  await expectStopped();

  await cluster.start();
  release = await holdCluster({ cluster });
  const again = await connect(superuserUrl(folder));
  const ended = again.query("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted");
  await Promise.all([ended.catch(() => {}), expectStopped()]);
});

test("it goes on while somebody else holds it, and stops with the last of them", async () => {
  const releaseOther = await holdCluster({ cluster });
  const postmaster = postmasterOf(folder);
  await releaseOther();
  expect(postmasterOf(folder)).toBe(postmaster);
  await (await connect()).query("SELECT 1");
  await expectStopped();
});
