import net from "node:net";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Cluster } from "../../scripts/postgres";
import { call } from "../support/client";
import { newFolder } from "../support/launch";
import { openMigrated } from "../support/migrated";
import { registerOverHttp, type TestUser } from "../support/people";
import { deploymentSettings, startServer, type TestServer, until } from "../support/server";

let cluster: Cluster;
let settings: Record<string, string>;
let database: pg.Client;
let server: TestServer;
let user: TestUser;
let key: { id: string; api_key: string };

beforeAll(async () => {
  cluster = await openMigrated(newFolder("stop"));
  // What waits for a lock here waits for it, however busy the machine is.
  settings = { ...deploymentSettings(cluster.url), VERIFY_TIMEOUT_MS: "30000" };
  database = new pg.Client({ connectionString: cluster.url });
  // One test takes the database away.
  database.on("error", () => {});
  await database.connect();
});

afterAll(async () => {
  await server.stop("SIGKILL");
  await database.end();
  await cluster.stop("immediate");
});

beforeEach(async () => {
  server = await startServer(settings);
  user = await registerOverHttp(server.url);
  key = (await call("/api/auth/keys/create/", { token: user.access, body: { key_name: "Key" } }, server.url)).body.data;
});

const verify = () =>
  call("/api/keys/verify", { token: settings.SERVICE_API_SECRET ?? "", body: { key: key.api_key } }, server.url);
const regenerate = () => call(`/api/auth/keys/${key.id}/regenerate/`, { method: "POST", token: user.access }, server.url);
const isRefused = () =>
  fetch(server.url).then(
    () => false,
    () => true,
  );
const logged = (message: string) => until(() => server.output().includes(`"msg":"${message}"`), message);
const number = async (text: string, values: unknown[] = []) =>
  (await database.query<{ number: number }>(`SELECT ${text}`, values)).rows[0]?.number;
const waiting = () => number("count(*)::int AS number FROM pg_locks WHERE NOT granted");
const others = () =>
  number("count(*)::int AS number FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()");
const verified = () =>
  number("sum(count)::int AS number FROM verification_days v JOIN api_keys k ON k.id = v.key_id WHERE k.uuid = $1", [key.id]);

test.each(["SIGTERM", "SIGINT"] as const)(
  "after %s requests are finished, what was counted is written and the database is closed",
  async (signal) => {
    await verify();
    await database.query("BEGIN");
    await database.query("LOCK TABLE api_keys");
    // One that Next answers and one that is answered before it.
    const answers = Promise.all([regenerate(), verify()]);
    await until(async () => (await waiting()) === 2, "both to wait");
    const stopped = server.stop(signal);
    await until(isRefused, "new connections to be refused");
    await database.query("COMMIT");
    expect((await answers).map(({ status }) => status)).toStrictEqual([200, 200]);
    await stopped;
    expect([server.process.signalCode, server.process.exitCode]).toStrictEqual([null, signal === "SIGTERM" ? 143 : 130]);
    await logged("stopped");
    expect(await verified()).toBe(2);
    expect(await others()).toBe(0);
  },
);

test("a request that comes on a connection which was idle at the stop is answered, and the last on it", async () => {
  const socket = net.connect(server.port, "127.0.0.1");
  const answers = () => text.split("HTTP/1.1 200 OK").length - 1;
  let text = "";
  socket.on("data", (data) => (text += data));
  const ended = new Promise((resolve) => socket.once("close", resolve));
  const ask = () => socket.write("GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ask();
  await until(() => answers() === 1, "an answer before");
  // A proxy keeps it for a minute at most, so it is never this side that ends it.
  expect(text).toMatch(/^Keep-Alive: timeout=75\r$/im);
  const stopped = server.stop();
  await until(isRefused, "new connections to be refused");
  ask();
  await until(() => answers() === 2, "an answer after");
  expect(text.slice(text.lastIndexOf("HTTP/1.1"))).toMatch(/^Connection: close\r$/im);
  await Promise.all([stopped, ended]);
  expect([server.process.signalCode, server.process.exitCode]).toStrictEqual([null, 143]);
});

test("a proxy that asks whether the process lives is told that it does not any more, while requests are still taken", async () => {
  const live = () =>
    fetch(`${server.url}/api/health/live`, { headers: { Connection: "close" } }).then(
      ({ status }) => status,
      () => 0,
    );
  for (let times = 0; times < 3; times += 1) expect(await live()).toBe(200);
  const stopped = server.stop();
  await until(async () => (await live()) === 0, "the end to be told");
  expect((await verify()).status).toBe(200);
  await until(isRefused, "new connections to be refused");
  await stopped;
  expect([server.process.signalCode, server.process.exitCode]).toStrictEqual([null, 143]);
});

test("a request that never ends is cut off, and connections kept open are closed", async () => {
  const sockets = [
    "GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "POST /api/keys/verify HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{",
  ].map((text) => {
    const socket = net.connect(server.port, "127.0.0.1");
    socket.write(text);
    return socket;
  });
  const ended = sockets.map((socket) => new Promise((resolve) => socket.once("close", resolve)));
  await new Promise((resolve) => sockets[0]?.once("data", resolve));
  sockets[0]?.resume();
  await server.stop();
  await Promise.all(ended);
  // It ended by itself: whoever waits ten seconds need not kill it.
  expect([server.process.signalCode, server.process.exitCode]).toStrictEqual([null, 143]);
  await logged("requests that did not end were cut off");
  await logged("stopped");
});

test("where the database has gone as well, it still ends", async () => {
  await cluster.stop("immediate");
  try {
    await server.stop();
    expect([server.process.signalCode, server.process.exitCode]).toStrictEqual([null, 143]);
  } finally {
    await cluster.start();
  }
});
