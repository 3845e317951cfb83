import { createHash } from "node:crypto";
import { connect } from "node:net";
import { beforeAll, expect, test } from "vitest";
import { call, newKey, query } from "../support/client";
import { ask, type Begun, begin, isTime, nonce, Replica } from "../support/feed";
import { newUser, signInByCookie, type TestUser } from "../support/people";
import { shared } from "../support/portal";
import { startServer, until } from "../support/server";
import { newService, revokeService, type TestService } from "../support/services";

let service: TestService;
let user: TestUser;
beforeAll(async () => {
  service = await newService({ scopes: ["feed", "admin:read"] });
  user = await newUser();
});

const digest = ({ salt }: Begun, credential: string) =>
  createHash("sha256")
    .update(salt + credential)
    .digest()
    .subarray(0, 24)
    .toString("base64url");
const revoke = (id: string) => call(`/api/auth/keys/${id}/revoke/`, { method: "POST", token: user.access });

async function replicaOf({ credential }: TestService, given = {}): Promise<Replica> {
  const replica = new Replica(await begin(credential, given), credential);
  await replica.load();
  return replica;
}

test("a replica begins with a snapshot, follows what changes, and knows when a key is dead everywhere", async () => {
  const before = await newKey(user);
  const replica = await replicaOf(service);
  expect(isTime(replica.begun.time, replica.begun.keys.key)).toBe(true);
  replica.follow();
  await replica.untilFrame();
  expect(replica.keys.get(before.id)).toMatchObject({ st: "active", creds: [{ d: digest(replica.begun, before.api_key) }] });

  const key = await newKey(user);
  await until(async () => replica.keys.has(key.id), "the new key");
  expect(replica.keys.get(key.id)).toMatchObject({
    creds: [{ d: digest(replica.begun, key.api_key), s: digest(replica.begun, key.secret_key ?? "") }],
  });
  const answer = await revoke(key.id);
  const change = answer.headers.get("latchkey-change") ?? "";
  expect(change).toMatch(/^\d+\.\d+$/);
  await until(async () => replica.keys.get(key.id)?.st === "revoked", "the revocation");

  const receipts = async () => (await ask(`/receipts/${change}`, service.credential)).json();
  const acked = await replica.acknowledge({ applied: true });
  expect(acked.status).toBe(200);
  expect(isTime((await acked.json()).time, replica.begun.keys.key)).toBe(true);
  // Other tests' processes have a say as well.
  const confirmed = expect.arrayContaining([expect.objectContaining({ service: service.name, instance: "test/1" })]);
  expect(await receipts()).toMatchObject({ change, confirmed });
  await until(async () => (await receipts()).dead_everywhere_at !== null, "dead everywhere");
  const own = await call(`/api/verifier/receipts/${change}`, { token: user.access });
  expect(own.body).toMatchObject({ change, pending: 0, may_accept: 0 });
  expect(JSON.stringify(own.body)).not.toContain("test/1");
  const stranger = await newUser();
  expect((await call(`/api/verifier/receipts/${change}`, { token: stranger.access })).status).toBe(404);
  // A browser's session says the same as its person's token, and to staff, who administer there alone, the names as well.
  const headers = { Cookie: await signInByCookie(stranger) };
  const inBrowser = () => call(`/api/verifier/receipts/${change}`, { headers });
  expect((await inBrowser()).status).toBe(404);
  await query("UPDATE users SET role = 'admin' WHERE id = $1", [stranger.id]);
  expect((await inBrowser()).body.confirmed).toContainEqual(expect.objectContaining({ instance: "test/1" }));
  expect((await call(`/api/verifier/receipts/${change}`, { token: stranger.access })).status).toBe(404);
  replica.stop();
});

test("whoever comes back goes on where they were; with a cursor of nobody they begin anew", async () => {
  const replica = await replicaOf(service);
  replica.follow();
  await replica.untilFrame();
  replica.stop();
  const key = await newKey(user);
  const again = await begin(service.credential, { have: { epoch: replica.begun.epoch, cursor: replica.cursor } });
  expect(again.resume).toBe("tail");
  replica.follow();
  await until(async () => replica.keys.has(key.id), "what was missed");
  replica.stop();
  const future = `${10n ** 15n}:${10n ** 15n}:`;
  expect(await begin(service.credential, { have: { epoch: replica.begun.epoch, cursor: future } })).toMatchObject({
    resume: "snapshot",
  });
  const once = async (given: object) => {
    const poll = new Replica(replica.begun, service.credential);
    poll.cursor = replica.cursor;
    poll.take(await (await ask("/feed", service.credential, replica.place({ wait: 0, nonce: nonce(), ...given }))).text());
    return poll;
  };
  expect((await once({})).frames).toHaveLength(1);
  expect((await once({ cursor: future })).others).toMatchObject([{ t: "time" }, { t: "reset", reason: "future" }]);
  expect((await once({ epoch: service.id })).others).toMatchObject([{ t: "time" }, { t: "reset", reason: "epoch" }]);
});

test("a service that is revoked hears no more within the stream that it has", async () => {
  const own = await newService({ scopes: ["feed"] });
  const replica = await replicaOf(own);
  replica.follow();
  await replica.untilFrame();
  await revokeService(own);
  await until(async () => replica.isOver, "the end of the stream");
  expect(replica.others.at(-1)).toMatchObject({ t: "reset", reason: "revoked" });
  expect((await replica.acknowledge()).status).toBe(401);
});

test("a server that stops says so to whoever reads, and leaves them the time to go elsewhere", async () => {
  const server = await startServer({ ...shared().settings, APP_URL: shared().url });
  try {
    const begun = await begin(service.credential, {}, server.url);
    const replica = new Replica(begun, service.credential, server.url);
    replica.follow();
    await replica.untilFrame();
    const stopping = server.stop();
    await until(async () => replica.others.some(({ t }) => t === "bye"), "the farewell");
    expect(replica.others.at(-1)).toStrictEqual({ t: "bye", reason: "stop", in_ms: 1_500 });
    const frames = replica.frames.length;
    // It goes on until then.
    await until(async () => replica.frames.length > frames, "one more frame");
    await stopping;
    expect(replica.isOver).toBe(true);
  } finally {
    await server.stop("SIGKILL");
  }
});

test("a reader that takes nothing is cut off, and keeps nobody else waiting", async () => {
  const [slow, other] = [await replicaOf(service), await replicaOf(service)];
  other.follow();
  await other.untilFrame();
  const { hostname, port } = new URL(shared().url);
  const body = JSON.stringify(slow.place());
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {});
  const head = [
    "POST /api/verifier/feed HTTP/1.1",
    `Host: ${hostname}:${port}`,
    `Authorization: Bearer ${service.credential}`,
    "Content-Type: application/json",
    `Content-Length: ${body.length}`,
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n${body}`);
  socket.pause();
  // More than the two sockets and the stream between them hold, of keys that no other test's lists begin with.
  const { id } = await newUser();
  await query(
    `INSERT INTO api_keys (uuid, user_id, name, format, hint, credential_hash, permissions, created_at)
     SELECT gen_random_uuid(), $1, 'n', 'mf_live', 'abcdef', sha256(gen_random_uuid()::text::bytea), '["read"]', '2020-01-01'
     FROM generate_series(1, 300)`,
    [id],
  );
  for (let round = 0; round < 10; round += 1) {
    const told = other.untilFrame(({ lines }) => lines >= 300);
    await query("UPDATE api_keys SET name = repeat('n', 5000 + $2::int) WHERE user_id = $1", [id, round]);
    await told;
  }
  await query("UPDATE api_keys SET name = 'n' WHERE user_id = $1", [id]);
  const ended = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.resume();
  await ended;
  await other.untilFrame();
  other.stop();
});
