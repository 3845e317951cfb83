import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CurrentAdmin, type CurrentUser, SYSTEM_ACTOR } from "../../lib/audit/actors";
import { type AuditRecord, latestAudit } from "../../lib/audit/list";
import { feedRun } from "../../lib/database/client";
import { knownStatements, toQuery } from "../../lib/database/statements";
import { findShownReceipts, receiptsOfDeed } from "../../lib/doors/tell-change";
import { keepReceipts } from "../../lib/feed/kept-receipts";
import { findReceipts, MAX_TOLD } from "../../lib/feed/receipts";
import { acknowledge } from "../../lib/feed/sessions";
import { openFeed } from "../../lib/feed/state";
import { createKey, type IssuedKey } from "../../lib/keys/create";
import { getKeyPage } from "../../lib/keys/own-key-page";
import { regenerateKey } from "../../lib/keys/regenerate";
import { revokeOwnKeys } from "../../lib/keys/revoke-all";
import { updateKey } from "../../lib/keys/update";
import type { KnownService } from "../../lib/services/known";
import { randomEmail } from "../support/client";
import { ownDatabase, type ScratchDatabase, stepsOf } from "../support/scratch-database";
import { addService } from "../support/services";

const admin = {} as CurrentAdmin;
let database: ScratchDatabase;
let service: string;

beforeAll(async () => {
  database = await ownDatabase();
  service = (await addService(database.query, process.env.KEY_HASH_SECRET ?? "", { scopes: ["feed"] })).id;
});
afterAll(() => database.drop());

async function newOwner(): Promise<CurrentUser> {
  const email = randomEmail();
  const text = "INSERT INTO users (id, email, name) VALUES (gen_random_uuid(), $1, 'Asha') RETURNING id";
  const [row] = await database.query<{ id: string }>(text, [email]);
  const id = row?.id ?? "";
  return { id, email, sessionId: null, actor: { ...SYSTEM_ACTOR, kind: "user", userId: id, requestId: randomEmail() } };
}

const newKey = (owner: CurrentUser): Promise<IssuedKey> =>
  createKey(SYSTEM_ACTOR, owner.id, { name: "Till", permissions: ["read", "write"], expiresAt: null, format: "mf_live" });

/** A process that follows, as far as the feed is now. */
async function follow(instance: string, onStale = "ask", serveForMs = 0): Promise<string> {
  const opened = await openFeed(feedRun);
  const [row] = await database.query<{ id: string }>(
    `INSERT INTO verifier_sessions (id, service_id, instance, version, on_stale, bound_ms, serve_for_ms, token_hash, epoch, start_cursor)
     VALUES (gen_random_uuid(), $1, $2, '1', $3, 2000, $4, $5, $6, $7) RETURNING id`,
    [service, instance, onStale, serveForMs, randomBytes(32), opened?.epoch, opened?.cursor],
  );
  return row?.id ?? "";
}

/** What it says once it has applied all that there is. */
const confirm = (session: string, later = "0 s") =>
  database.query(
    "INSERT INTO verifier_acks (session_id, cursor, at) VALUES ($1, pg_current_snapshot()::text, now() + $2::interval)",
    [session, later],
  );

const end = (...sessions: string[]) => database.query("DELETE FROM verifier_sessions WHERE id = ANY($1)", [sessions]);

/** Entries are never changed; time can go by all the same. */
async function pass(time: string): Promise<void> {
  await database.query(`
    ALTER TABLE audit_entries DISABLE TRIGGER audit_entries_append_only;
    UPDATE audit_entries SET at = at - interval '${time}';
    ALTER TABLE audit_entries ENABLE TRIGGER audit_entries_append_only;
    UPDATE key_changes SET at = at - interval '${time}', seen_at = seen_at - interval '${time}';
    UPDATE verifier_sessions SET started_at = started_at - interval '${time}', seen_at = seen_at - interval '${time}';
    UPDATE verifier_acks SET at = at - interval '${time}'`);
}

async function entryOf({ id }: IssuedKey): Promise<AuditRecord | undefined> {
  return (await latestAudit(admin, 1, { kind: "api_key", id: String(id) }))[0];
}

test("an owner is told in how many processes a key is dead, and by when; staff by which; others nothing", async () => {
  const owner = await newOwner();
  const key = await newKey(owner);
  await newKey(owner);
  expect(await receiptsOfDeed(owner.actor, owner.id)).toStrictEqual({});
  const [quick, slow, lab] = [await follow("api-1"), await follow("api-2"), await follow("lab-1", "serve", 60_000)];
  await revokeOwnKeys(owner);
  const { receipts } = await receiptsOfDeed(owner.actor, owner.id);
  expect(receipts).toMatchObject({
    confirmed: 0,
    bounded: 0,
    pending: 2,
    may_accept: 1,
    last_ms: null,
    dead_everywhere_at: null,
  });
  const { change } = receipts ?? { change: "" };
  const [seenAt, boundAt] = [receipts?.seen_at, receipts?.pending_until].map((instant) => Date.parse(instant ?? ""));
  expect((boundAt ?? 0) - (seenAt ?? 0)).toBe(2_000);
  expect(Object.values(receipts ?? {}).filter((value) => typeof value === "object" && value !== null)).toStrictEqual([]);
  expect(await findShownReceipts(change, (await newOwner()).id)).toBeNull();
  expect(await getKeyPage(owner, key.uuid)).toMatchObject({
    events: [{ receipts: { narrowing: "ended", change: expect.any(String) } }, {}],
  });

  await confirm(quick);
  await confirm(slow, "30 s");
  const later = await follow("later");
  const staff = await findReceipts(change, null);
  expect(staff.confirmed.map(({ instance }) => instance)).toStrictEqual(["api-1", "api-2"]);
  // Whoever confirms after its own bound had ended it by then.
  expect([staff.last_ms, staff.later]).toStrictEqual([2_000, 1]);
  expect(staff.may_accept).toMatchObject([{ instance: "lab-1", until: staff.may_accept_until }]);

  // Nothing is kept before it holds everywhere; then it is, once, and stays when all else is gone.
  await keepReceipts();
  await pass("10 minutes");
  const kept = { narrowing: "ended", kept: { confirmed: 2, bounded: 1, last_ms: expect.any(Number) } };
  expect((await entryOf(key))?.receipts).toStrictEqual({ narrowing: "ended", change: expect.any(String) });
  await keepReceipts();
  await keepReceipts();
  await end(quick, slow, lab, later);
  await database.query("DELETE FROM key_changes");
  expect((await entryOf(key))?.receipts).toStrictEqual(kept);
  expect((await getKeyPage(owner, key.uuid)).events.map((event) => event.receipts)).toStrictEqual([kept, null]);
  expect((await latestAudit(admin, 1, { kind: "user", id: owner.id }))[0]).toMatchObject({
    action: "user.keys_revoked",
    receipts: kept,
  });
  await expect(database.query("UPDATE audit_receipts SET bounded = 0")).rejects.toThrow("append-only");
});

test("what narrows nothing has no receipts: another name, or new credentials beside former ones that go on", async () => {
  const session = await follow("api-1");
  const owner = await newOwner();
  const key = await newKey(owner);
  const narrowing = async (work: () => Promise<unknown>) => {
    await work();
    return (await entryOf(key))?.receipts?.narrowing ?? null;
  };
  expect(await narrowing(() => updateKey(owner, key.uuid, { name: "Till 5" }))).toBeNull();
  expect(await narrowing(() => updateKey(owner, key.uuid, { permissions: ["read"] }))).toBe("narrowed");
  expect(await narrowing(() => regenerateKey(owner, key.uuid, { graceSeconds: 60 }))).toBeNull();
  expect(await narrowing(() => regenerateKey(owner, key.uuid, { graceSeconds: 0 }))).toBe("old_ended");
  await end(session);
});

test("whoever may serve what is stale is said to accept for so long after the change, however long it was not heard of", async () => {
  const owner = await newOwner();
  await newKey(owner);
  const lab = await follow("lab-2", "serve", 60_000);
  // Its stream went on; its acknowledgements did not get through.
  await database.query("UPDATE verifier_sessions SET seen_at = now() - interval '5 minutes' WHERE id = $1", [lab]);
  await revokeOwnKeys(owner);
  const change = (await receiptsOfDeed(owner.actor, owner.id)).receipts?.change ?? "";
  const { seen_at, may_accept } = await findReceipts(change, null);
  expect(may_accept.map(({ until }) => Date.parse(until) - Date.parse(seen_at))).toStrictEqual([62_000]);
  await end(lab);
});

test("what is said to be applied and cannot be confirms nothing: a cursor ahead of the present, or of another history", async () => {
  const opened = await openFeed(feedRun);
  const [xmax = 0n] =
    /^\d+:(\d+)/
      .exec(opened?.cursor ?? "")
      ?.slice(1)
      .map(BigInt) ?? [];
  const ahead = `${xmax + 1_000_000n}:${xmax + 1_000_000n}:`;
  const asHistory = async (history: string) => {
    await database.query("UPDATE feed_state SET history = $1", [history]);
  };
  for (const [cursor, history] of [
    [ahead, opened?.history ?? ""],
    [opened?.cursor ?? "", "of before a failover"],
  ] as const) {
    const token = randomBytes(32).toString("base64url");
    const session = await follow("liar");
    await database.query("UPDATE verifier_sessions SET token_hash = sha256($2) WHERE id = $1", [session, Buffer.from(token)]);
    await asHistory(history);
    await acknowledge({ id: service } as KnownService, {
      ...{
        session,
        token,
        epoch: opened?.epoch ?? "",
        cursor,
        as_of: null,
        state: "READY",
        keys: 0,
        applied: true,
        final: false,
      },
      nonce: "0123456789abcdef",
    });
    await asHistory(opened?.history ?? "");
    const kept = await database.query("SELECT cursor FROM verifier_acks WHERE session_id = $1", [session]);
    await end(session);
    expect(kept, cursor).toStrictEqual([]);
  }
});

test("of thousands of processes none is left out; beyond what is told, nothing holds before the last of those has ended", async () => {
  const owner = await newOwner();
  await newKey(owner);
  const opened = await openFeed(feedRun);
  const many = (count: number, onStale: string) =>
    database.query(
      `INSERT INTO verifier_sessions (id, service_id, instance, version, on_stale, bound_ms, serve_for_ms, token_hash, epoch, start_cursor)
       SELECT gen_random_uuid(), $1, 'many', '1', $3, 2000, 60000, sha256(n::text::bytea), $4, $5 FROM generate_series(1, $2) n`,
      [service, count, onStale, opened?.epoch, opened?.cursor],
    );
  // What the database knows of these tables is of before: of a few processes.
  await database.query("ANALYZE verifier_sessions, verifier_acks");
  await many(5_001, "ask");
  await many(2, "serve");
  await revokeOwnKeys(owner);
  const { receipts } = await receiptsOfDeed(owner.actor, owner.id);
  expect(receipts).toMatchObject({ pending: 5_001, may_accept: 2 });
  const confirmAll = `INSERT INTO verifier_acks (session_id, cursor)
    SELECT id, pg_current_snapshot()::text FROM verifier_sessions WHERE instance = 'many' AND (on_stale = 'ask' OR $1)`;
  await database.query(confirmAll, [false]);
  const staff = await findReceipts(receipts?.change ?? "", null);
  expect([staff.confirmed.length, staff.may_accept.length, staff.dead_everywhere_at]).toStrictEqual([5_001, 2, null]);
  await database.query("DELETE FROM verifier_sessions WHERE on_stale = 'serve'");
  expect((await findReceipts(receipts?.change ?? "", null)).dead_everywhere_at).not.toBeNull();
  await database.query("DELETE FROM verifier_sessions WHERE instance = 'many'");
  await many(MAX_TOLD + 1, "serve");
  await database.query(confirmAll, [true]);
  expect(await findReceipts(receipts?.change ?? "", null)).toMatchObject({ dead_everywhere_at: null });
  const told = knownStatements().find(({ name }) => name === "sessions-told");
  const values = { xid: receipts?.change.split(".")[1], seenAt: receipts?.seen_at };
  const steps = told ? await stepsOf(database, toQuery(told, values)) : [];
  const ofAcks = steps.filter((step) => step["Relation Name"] === "verifier_acks");
  // Of each process its own word, and not the words of all of them.
  const read = ofAcks.map((step) => (step["Actual Rows"] + (step["Rows Removed by Filter"] ?? 0)) * step["Actual Loops"]);
  expect([read.length, Math.max(...read) < 2 * MAX_TOLD], String(read)).toStrictEqual([1, true]);
  await database.query("DELETE FROM verifier_sessions WHERE instance = 'many'");
});
