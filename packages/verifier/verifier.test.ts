import { createHash } from "node:crypto";
import {
  type FrameLine,
  type KeyLine,
  type SnapshotList,
  signedTextOfKey,
  signedTextOfServing,
  signedTextOfSnapshot,
  signedTextOfTime,
} from "@latchkey/rule/feed";
import { expect, test } from "vitest";
import { fakeWorld } from "./fake-world";
import { Freshness } from "./freshness";
import { Replica } from "./replica";
import { NotBelieved } from "./round";
import { readSession } from "./session";
import type { StalePolicy } from "./types";
import { LocalVerifier } from "./verifier";
import { realWorld } from "./world";

const START = 1_795_860_000_000;
const CREDENTIAL = "sk_another_products_credential";
const [KEY_ID, OWNER_ID, EPOCH] = [
  "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
  "86376745-41d1-481b-8549-7e0857bd7077",
  "3f2504e0-4f89-41d3-9a0c-0305e82c3302",
];
const d = createHash("sha256").update(`Salt1234${CREDENTIAL}`).digest().subarray(0, 24).toString("base64url");
const key = (rev: number, st: KeyLine["st"]): KeyLine => ({
  ...{ t: "key", id: KEY_ID, rev, owner: OWNER_ID, name: "n", p: ["read"], creds: [{ d, s: null }], exp: null, st },
});

/** One that knows a key, and hears what it is told here alone. */
function verifierOf(onStale: StalePolicy = "ask") {
  const asked: unknown[] = [];
  const made = fakeWorld(({ path, body }) => {
    if (path !== "/api/keys/verify") return new Promise(() => {});
    asked.push(body);
    return { status: 200, body: { valid: false, code: "NOT_FOUND", reason: "No key has this credential." } };
  });
  const { world } = made;
  const freshness = new Freshness(world, 2_000);
  const replica = new Replica(freshness);
  const verifier = new LocalVerifier(world, { feedKey: "", instance: "i", onStale, boundMs: 2_000 }, { freshness, replica });
  replica.begin({ epoch: EPOCH, history: "1:1", keys: 1, owners: 1 }, "Salt1234");
  replica.addPage([{ t: "owner", id: OWNER_ID, rev: 1, banned: false, credits: "some" }, key(1, "active")]);
  replica.complete("10:10:");
  const database = () => START + world.monotonic();
  const hear = (to: string, lines: KeyLine[] = []) => {
    const frame: FrameLine = {
      ...{
        t: "frame",
        epoch: EPOCH,
        history: "1:1",
        from: "10:10:",
        to,
        as_of: database() - 5,
        lines: 0,
        sha256: "",
        unsealed: 0,
      },
      signature: "",
    };
    const applied = replica.apply({ t: "round", frame, lines });
    // As the client does.
    Object(verifier).noteApplied(applied);
  };
  const askTime = () => freshness.addSample(world.monotonic(), database());
  askTime();
  hear("10:11:");
  return { ...made, verifier, replica, asked, hear, askTime };
}

test("answers by itself while it hears the portal, and by its policy when it does not", async () => {
  for (const [policy, source, code] of [
    ["ask", "portal", "NOT_FOUND"],
    ["refuse", "memory", "UNAVAILABLE"],
  ] as const) {
    const { verifier, pass, asked } = verifierOf(policy);
    expect(verifier.check(CREDENTIAL)).toMatchObject({ valid: true, source: "memory" });
    expect(await verifier.verify(CREDENTIAL)).toMatchObject({ valid: true, source: "memory" });
    await pass(2_100);
    expect(verifier.status().state).toBe("STALE");
    expect(verifier.check(CREDENTIAL)).toMatchObject({ code: "UNAVAILABLE", retry_after: 1 });
    const verdict = verifier.verify(CREDENTIAL);
    await pass(200);
    expect(await verdict).toMatchObject({ source, code });
    expect(asked).toHaveLength(policy === "ask" ? 1 : 0);
  }
});

test("a process that stood still waits for the frame that is on its way", async () => {
  const { verifier, pass, hear, askTime, asked } = verifierOf();
  await pass(3_000);
  const verdict = verifier.verify(CREDENTIAL);
  await pass(100);
  askTime();
  hear("10:12:", [key(2, "revoked")]);
  expect(await verdict).toMatchObject({ source: "memory", code: "REVOKED" });
  expect(asked).toStrictEqual([]);
});

test("whoever may serve goes on for so long, and says that it is stale", async () => {
  const { verifier, pass } = verifierOf("serve");
  Object.assign(verifier, { serveForMs: 10_000 });
  await pass(5_000);
  expect(verifier.check(CREDENTIAL)).toMatchObject({ valid: true, stale: true });
  expect(await verifier.verify(CREDENTIAL)).toMatchObject({ valid: true, stale: true });
  await pass(7_000);
  expect(verifier.check(CREDENTIAL)).toMatchObject({ code: "UNAVAILABLE" });
});

test("waits until a change is known, and else asks", async () => {
  const { verifier, pass, hear, askTime, asked } = verifierOf();
  const revoked = verifier.verify(CREDENTIAL, { atLeast: "77.11" });
  await pass(300);
  expect(asked).toStrictEqual([]);
  askTime();
  hear("10:12:", [key(2, "revoked")]);
  expect(await revoked).toMatchObject({ source: "memory", code: "REVOKED" });
  const never = verifier.verify(CREDENTIAL, { atLeast: "78.12" });
  await pass(2_100);
  expect(await never).toMatchObject({ source: "portal" });
  expect(await verifier.verify(CREDENTIAL, { atLeast: "no change" })).toMatchObject({ source: "portal" });
  expect(await verifier.verify(CREDENTIAL, { fresh: true })).toMatchObject({ source: "portal" });
  expect(asked).toHaveLength(3);
});

test("says when it is ready, and when it will not be", async () => {
  const { verifier, pass, replica } = verifierOf();
  await verifier.ready();
  const told: string[] = [];
  verifier.on("stale", () => told.push("stale"));
  const off = verifier.on("narrowed", () => told.push("narrowed"));
  verifier.on("stale", () => {
    throw new Error("a listener's own");
  });
  off();
  replica.forget();
  const late = verifier.ready(1_000).catch(({ message }) => message);
  await pass(1_000);
  expect(await late).toBe("The verifier is not ready after 1000 ms.");
  await pass(100);
  expect(told).toStrictEqual(["stale"]);
  const closed = verifier.close();
  await pass(3_000);
  await closed;
  await expect(verifier.ready()).rejects.toThrow("The verifier is closed.");
  expect(await verifier.verify(CREDENTIAL)).toMatchObject({ code: "UNAVAILABLE", reason: "The verifier is closed." });
  expect(verifier.report({ keyId: KEY_ID })).toBe(false);
});

test("a session is the portal's, or there is none", () => {
  const nonce = "n".repeat(20);
  const sign = (by: string, text: string) =>
    createHash("sha256")
      .update(by + text)
      .digest("base64url");
  const world = {
    ...fakeWorld(() => ({ status: 200 })).world,
    isSigned: (by: string, text: string, signature: string) => signature === sign(by, text),
  };
  const answer = (
    by: string,
    given: { keys?: object; time?: object; snapshot?: Partial<SnapshotList>; resume?: string } = {},
  ) => {
    const time = { session: KEY_ID, epoch: EPOCH, nonce, now: START };
    const list = { epoch: EPOCH, history: "1:1", cursor: "1:1:", keys: 0, owners: 0, pages: ["0".repeat(64)] };
    return {
      ...{ session: KEY_ID, token: "t", epoch: EPOCH, salt: "Salt1234", bound_ms: 2_000, serve_for_ms: 0, resume: "snapshot" },
      keys: { key: by, former: null },
      ...given,
      time: { ...time, signature: sign(by, signedTextOfTime(time)), ...given.time },
      snapshot: { ...list, signature: sign(by, signedTextOfSnapshot(list)), ...given.snapshot },
    };
  };
  const read = (given: Record<string, unknown>, feedKey = "old") => readSession(given, feedKey, nonce, world);
  expect(read(answer("old"))).toMatchObject({ id: KEY_ID, snapshot: { pages: ["0".repeat(64)] } });
  // The key is new, and the former one says so.
  const former = { key: "old", signature: sign("old", signedTextOfKey("new")) };
  expect(read(answer("new", { keys: { key: "new", former } }))).toMatchObject({ id: KEY_ID });
  expect(read(answer("old", { resume: "tail" })).snapshot).toBeNull();
  const refused = [
    {},
    answer("new"),
    answer("new", { keys: { key: "new", former: { ...former, signature: sign("new", signedTextOfKey("new")) } } }),
    answer("new", { keys: { key: "new", former: { ...former, key: "other" } } }),
    answer("old", { time: { now: START + 1 } }),
    answer("old", { time: { nonce: "o".repeat(20) } }),
    answer("old", { snapshot: { pages: ["1".repeat(64)] } }),
    answer("old", { snapshot: { pages: ["../acks"] } }),
    answer("old", { snapshot: { epoch: OWNER_ID } }),
  ];
  for (const [index, given] of refused.entries()) expect(() => read(given), String(index)).toThrow(NotBelieved);
  // For how long what is stale may be served is the portal's word alone.
  const serving = (said: number, signed = said, session: string = KEY_ID) =>
    read({
      ...answer("old"),
      serve_for_ms: said,
      serve_signature: sign("old", signedTextOfServing({ session, epoch: EPOCH, serve_for_ms: signed })),
    }).serveForMs;
  expect([serving(60_000), serving(600_000, 60_000), serving(60_000, 60_000, OWNER_ID)]).toStrictEqual([60_000, 0, 0]);
  expect(read({ ...answer("old"), serve_for_ms: 60_000 }).serveForMs).toBe(0);
});

test("the process goes on for whoever waits, and for nothing else", async () => {
  const { world, pass, awaited } = fakeWorld(() => Promise.reject(new Error("no portal")));
  const options = { feedKey: "", instance: "i", onStale: "ask", boundMs: 2_000 } as const;
  const verifier = new LocalVerifier(world, options);
  await pass(3_000);
  expect(awaited()).toBe(0);
  const ready = verifier.ready(3_000).catch((error: Error) => error.message);
  await pass(2_000);
  expect(awaited()).toBe(1);
  await pass(2_000);
  expect([await ready, awaited()]).toStrictEqual([expect.stringMatching(/^The verifier is not ready after 3000 ms/), 0]);
  verifier.report({ keyId: KEY_ID, delta: 1 });
  let isClosed = false;
  void verifier.close().then(() => {
    isClosed = true;
  });
  for (let step = 0; step < 100; step += 1) {
    await pass(100);
    expect(awaited() > 0, `step ${step}`).toBe(!isClosed);
  }
  expect(isClosed).toBe(true);

  const real = realWorld("http://127.0.0.1:9", "lks_");
  const count = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const before = count();
  const cancels = [real.after(60_000, () => {}), real.after(60_000, () => {}, true)];
  const during = count();
  for (const cancel of cancels) cancel();
  expect(during - before).toBe(1);
});
