import { createHash } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { call, newKey } from "../support/client";
import { ask, type Begun, begin, isTime, nonce, Replica } from "../support/feed";
import { newUser, type TestUser } from "../support/people";
import { until } from "../support/server";
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
  expect(await receipts()).toMatchObject({ change, confirmed: [{ service: service.name, instance: "test/1" }] });
  await until(async () => (await receipts()).dead_everywhere_at !== null, "dead everywhere");
  const own = await call(`/api/verifier/receipts/${change}`, { token: user.access });
  expect(own.body).toMatchObject({ change, pending: 0, may_accept: 0 });
  expect((await call(`/api/verifier/receipts/${change}`, { token: (await newUser()).access })).status).toBe(404);
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
