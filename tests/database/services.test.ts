import { randomUUID } from "node:crypto";
import { parseServiceCredential } from "@latchkey/rule/services";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type Actor, SYSTEM_ACTOR } from "../../lib/audit/actors";
import { transaction } from "../../lib/database/client";
import { requireAdminApi } from "../../lib/doors/guards";
import { openSession } from "../../lib/feed/sessions";
import { keepHouse } from "../../lib/operations/housekeeping";
import { activityAdded, noteCall } from "../../lib/services/activity";
import { admitService } from "../../lib/services/admit";
import { allowCredits } from "../../lib/services/bounds";
import { findService, forgetServices, isRetired } from "../../lib/services/known";
import { findListedService } from "../../lib/services/list";
import {
  changeService,
  createService,
  revokeCredential,
  revokeService,
  rotateService,
  switchSharedSecret,
} from "../../lib/services/manage";
import { changeServiceSchema, createServiceSchema, readRange, rotateServiceSchema } from "../../lib/services/schemas";
import { ownDatabase, type ScratchDatabase } from "../support/scratch-database";

let database: ScratchDatabase;
beforeAll(async () => {
  database = await ownDatabase();
});
afterAll(() => database.drop());
beforeEach(forgetServices);

const form = { scopes: ["verify"], networks: "", owners: "", maxCreditsPerReport: "", maxCreditsPerMinute: "", expiresAt: "" };
let made = 0;
const make = (given: Record<string, unknown> = {}) => {
  made += 1;
  return createService(SYSTEM_ACTOR, createServiceSchema.parse({ ...form, name: `Service ${made}`, ...given }));
};
const known = async (credential: string) => {
  const parsed = parseServiceCredential(credential);
  return parsed && findService(parsed);
};
const idOf = async (hint: string) =>
  (await database.query<{ id: number }>("SELECT id FROM service_credentials WHERE hint = $1", [hint]))[0]?.id ?? 0;
const audited = (id: string) =>
  database.query<{ action: string }>(
    "SELECT action FROM audit_entries WHERE target_kind = 'service' AND target_id = $1 ORDER BY id",
    [id],
  );

test("a service is found by its credential, which is stored as a hash alone", async () => {
  const { id, credential, name } = await make({ scopes: ["usage", "verify"] });
  expect(credential).toMatch(/^lks_[0-9A-Za-z]{38}$/);
  expect(await known(credential)).toMatchObject({ hasEnded: false, service: { id, name, scopes: ["verify", "usage"] } });
  const rows = await database.query(
    "SELECT c.*, s.* FROM service_credentials c JOIN services s ON s.id = c.service_id WHERE s.id = $1",
    [id],
  );
  expect(JSON.stringify(rows)).not.toContain(credential.slice(10));
  expect(await audited(id)).toStrictEqual([{ action: "service.created" }]);
  const other = await make();
  const mixed = credential.slice(0, -7) + other.credential.slice(-7);
  expect(await known(mixed)).toBeNull();
});

test.each([
  ["a letter's case", "Orders API", "orders api"],
  ["width", "Orders 1", "Ｏｒｄｅｒｓ　１"],
  ["a sign that is not seen", "Billing", "Bil\u200bling"],
  ["doubled blanks", "Two words", "Two  words"],
  ["composition", "Café", "Cafe\u0301"],
])("no two services have names that differ by %s alone", async (_, one, other) => {
  await make({ name: one });
  await expect(make({ name: other })).rejects.toMatchObject({
    fields: { name: ["Another service has this name, or had it."] },
  });
});

test("of two administrators who give one name at once, in two ways, the second is told; neither can mislead by it", async () => {
  const outcomes = await Promise.allSettled([make({ name: "At once" }), make({ name: "AT  ONCE" })]);
  expect(outcomes.map(({ status }) => status).sort()).toStrictEqual(["fulfilled", "rejected"]);
  for (const name of ["a\u202eb", "admin_api_SECRET", "\u2800"])
    expect(() => createServiceSchema.parse({ ...form, name })).toThrow();
});

test("a credential ends by the database's clock, whatever that of the server says", async () => {
  const rotated = await make();
  const ended = await make();
  const revoked = await make();
  const credential = await idOf(ended.hint);
  // Ends that this server wrote by its own clock would lie an hour ahead.
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_000 });
  try {
    await rotateService(SYSTEM_ACTOR, { id: rotated.id, credential: await idOf(rotated.hint), overlapSeconds: 0 });
    await revokeCredential(SYSTEM_ACTOR, { id: ended.id, credential });
    await revokeService(SYSTEM_ACTOR, revoked);
  } finally {
    vi.useRealTimers();
  }
  for (const { credential } of [rotated, ended, revoked]) expect(await known(credential)).toMatchObject({ hasEnded: true });
});

test.each(["", " ", null, "0x10", "1e3", "-1", 604_801, 1.5])(
  "%j seconds of overlap are refused, and nothing is rotated",
  (overlapSeconds) => {
    const asked = { id: "8b5b5c1e-0000-4000-8000-000000000000", credential: "1", overlapSeconds };
    expect(() => rotateServiceSchema.parse(asked)).toThrow("Give 0 to 604800 seconds, in digits.");
    expect(rotateServiceSchema.parse({ ...asked, overlapSeconds: undefined }).overlapSeconds).toBe(86_400);
  },
);

test("what was read is old when either clock of the server says so, or one was set back", async () => {
  const { id, credential } = await make();
  await known(credential);
  await database.query("UPDATE services SET revoked_at = now() WHERE id = $1", [id]);
  expect(await known(credential)).toMatchObject({ hasEnded: false });
  // The machine slept: only the one clock went on.
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 2_001 });
  expect(await known(credential)).toMatchObject({ hasEnded: true });
  await database.query("UPDATE services SET revoked_at = NULL WHERE id = $1", [id]);
  vi.setSystemTime(Date.now() - 3_600_000);
  expect(await known(credential)).toMatchObject({ hasEnded: false });
  vi.useRealTimers();
});

test("the last use is told however long ago it was, and a refused call is none", async () => {
  const { id } = await make();
  await database.query(
    `INSERT INTO service_days (service, day, calls, refusals, last_at, last_address)
     VALUES ($1, '2024-02-03', 2, 0, '2024-02-03T04:05:00Z', '203.0.113.1'), ($1, '2024-02-01', 9, 0, '2024-02-01T00:00:00Z', '203.0.113.2')`,
    [id],
  );
  await database.query("INSERT INTO service_days VALUES ($1, current_date, 0, 1, now(), '198.51.100.9')", [id]);
  await keepHouse();
  const found = await findListedService(id);
  expect(found?.activity).toStrictEqual({
    calls: 0,
    refusals: 1,
    lastAt: new Date("2024-02-03T04:05:00Z"),
    lastAddress: "203.0.113.1",
  });
  expect(await database.query("SELECT day::text FROM service_days WHERE service = $1 AND calls > 0", [id])).toStrictEqual([
    { day: "2024-02-03" },
  ]);
});

test("while calls go on services are read once a second; a change is seen within two", async () => {
  const { id, credential } = await make();
  const begun = performance.now();
  let ahead = 0;
  vi.spyOn(performance, "now").mockImplementation(() => begun + ahead);
  try {
    expect(await known(credential)).toMatchObject({ hasEnded: false });
    // Another server does it, so that nothing here is told of it.
    await database.query("UPDATE services SET revoked_at = now() WHERE id = $1", [id]);
    ahead = 500;
    expect(await known(credential)).toMatchObject({ hasEnded: false });
    ahead = 2_001;
    expect(await known(credential)).toMatchObject({ hasEnded: true });
  } finally {
    vi.restoreAllMocks();
  }
});

test("a credential that was made a moment ago, by another server, is asked for", async () => {
  const first = await make();
  await known(first.credential);
  const second = await make();
  expect(await known(second.credential)).toMatchObject({ hasEnded: false });
});

test("rotating leaves the former credential its time, and of two who rotate at once one is told", async () => {
  const service = await make();
  const asked = { id: service.id, credential: await idOf(service.hint), overlapSeconds: 3600 };
  const outcomes = await Promise.allSettled([rotateService(SYSTEM_ACTOR, asked), rotateService(SYSTEM_ACTOR, asked)]);
  expect(outcomes.map(({ status }) => status).sort()).toStrictEqual(["fulfilled", "rejected"]);
  const [rotated] = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  if (!rotated) throw new Error("nobody rotated");
  expect(await known(service.credential)).toMatchObject({ hasEnded: false });
  expect(await known(rotated.credential)).toMatchObject({ hasEnded: false });
  // A third there is not.
  const again = { ...asked, credential: await idOf(rotated.hint) };
  await expect(rotateService(SYSTEM_ACTOR, again)).rejects.toThrow("Two credentials work already");
  await revokeCredential(SYSTEM_ACTOR, { id: service.id, credential: asked.credential });
  expect(await known(service.credential)).toMatchObject({ hasEnded: true });
  await rotateService(SYSTEM_ACTOR, { ...again, overlapSeconds: 0 });
  expect(await known(rotated.credential)).toMatchObject({ hasEnded: true });
  expect((await audited(service.id)).map(({ action }) => action)).toStrictEqual([
    "service.created",
    "service.rotated",
    "service.credential_revoked",
    "service.rotated",
  ]);
});

test("revoking ends all that a service has, once, and what is revoked is changed no more", async () => {
  const service = await make();
  await revokeService(SYSTEM_ACTOR, service);
  await revokeService(SYSTEM_ACTOR, service);
  expect(await known(service.credential)).toMatchObject({ hasEnded: true });
  expect(await audited(service.id)).toHaveLength(2);
  await expect(rotateService(SYSTEM_ACTOR, { id: service.id, credential: 0, overlapSeconds: 0 })).rejects.toThrow(
    "does not exist",
  );
});

test("of two changes made from one page the second is refused; so is a network that leaves out who called last", async () => {
  const { id, name } = await make();
  const change = (given: Record<string, unknown>) =>
    changeService(SYSTEM_ACTOR, changeServiceSchema.parse({ ...form, id, name, version: 1, isSure: false, ...given }));
  await change({ scopes: ["verify", "usage"] });
  await expect(change({ scopes: ["feed"] })).rejects.toThrow("changed meanwhile");
  await database.query(
    "INSERT INTO service_days (service, day, calls, refusals, last_at, last_address) VALUES ($1, now(), 1, 0, now(), '203.0.113.7')",
    [id],
  );
  await expect(change({ version: 2, networks: "10.0.0.0/8" })).rejects.toThrow("Its last call came from 203.0.113.7");
  await change({ version: 2, networks: "10.0.0.0/8\n203.0.113.0/24" });
  await change({ version: 3, networks: "10.0.0.0/8", isSure: true });
  await expect(make({ name: name.toUpperCase() })).rejects.toThrow();
});

test("a service may do what its scopes say, from its networks, and what it may not is counted and recorded", async () => {
  const { id, credential } = await make({ networks: "203.0.113.0/24, 2001:db8::/32" });
  const found = await known(credential);
  if (!found) throw new Error("not found");
  const from = (address: string | null): Actor => ({ kind: "service", userId: null, serviceId: id, address, requestId: null });
  const admit = (address: string | null, scope: "verify" | "usage") => () => admitService(found.service, from(address), scope);
  expect(admit("203.0.113.200", "verify")).not.toThrow();
  expect(admit("2001:db8::1", "verify")).not.toThrow();
  expect(admit("203.0.113.200", "usage")).toThrow("This service lacks the scope usage");
  for (const address of ["203.0.114.1", "2001:db9::1", null]) expect(admit(address, "verify")).toThrow("network");
  await vi.waitFor(async () => expect(await audited(id)).toContainEqual({ action: "service.refused" }));
  noteCall("SERVICE_API_SECRET", "203.0.113.9");
  await activityAdded();
  // The address is that of the last call that was let in.
  const days = "SELECT calls::int, refusals::int, last_address FROM service_days WHERE service = $1";
  expect(await database.query(days, [id])).toStrictEqual([{ calls: 2, refusals: 4, last_address: "2001:db8::1" }]);
});

test("credits are bounded for each report and for each minute, and what was undone took nothing", async () => {
  const { id, credential } = await make({ scopes: ["usage"], maxCreditsPerReport: "500", maxCreditsPerMinute: "800" });
  const service = (await known(credential))?.service;
  if (!service) throw new Error("not found");
  const actor: Actor = { kind: "service", userId: null, serviceId: id, address: null, requestId: null };
  const allow = (credits: number) => transaction((run) => allowCredits(service, actor, credits, run));
  await expect(allow(501)).rejects.toMatchObject({
    status: 403,
    message: "This service may report at most 500 credits at once.",
  });
  await allow(400);
  const undone = transaction(async (run) => {
    await allowCredits(service, actor, 400, run);
    throw new Error("undone");
  });
  await expect(undone).rejects.toThrow("undone");
  await allow(0);
  await expect(allow(401)).rejects.toMatchObject({ status: 429, headers: { "Retry-After": expect.stringMatching(/^\d+$/) } });
  const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => allow(100)));
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(4);
});

test("who may go on unchecked says so in its session, and a service has no more sessions at once than fit into a list", async () => {
  const open = async (credential: string, on_stale: "ask" | "serve") => {
    const service = (await known(credential))?.service;
    if (!service) throw new Error("not found");
    const asked = { instance: "test/1", version: "1", bound_ms: 2_000, nonce: "n".repeat(16), on_stale };
    return openSession(service, asked, { epoch: randomUUID(), cursor: "10:10:" });
  };
  expect(() => createServiceSchema.parse({ ...form, name: "Other", serveForSeconds: "3601" })).toThrow("Give 0 to 3,600 seconds");
  const [sure, free] = [await make({ scopes: ["feed"] }), await make({ scopes: ["feed"], serveForSeconds: "60" })];
  await expect(open(sure.credential, "serve")).rejects.toMatchObject({ code: "SERVE_NOT_ALLOWED" });
  expect(await open(free.credential, "serve")).toMatchObject({ serveForMs: 60_000 });
  await database.query(
    `INSERT INTO verifier_sessions (id, service_id, instance, version, on_stale, bound_ms, serve_for_ms, token_hash, epoch, start_cursor)
     SELECT gen_random_uuid(), $1, 'test/' || place, '1', 'ask', 2000, 0, sha256(place::text::bytea), gen_random_uuid(), '10:10:'
     FROM generate_series(1, 5000) AS place`,
    [sure.id],
  );
  await expect(open(sure.credential, "ask")).rejects.toMatchObject({ code: "TOO_MANY_REQUESTS", status: 429 });
  expect(await open(free.credential, "ask")).toMatchObject({ serveForMs: 60_000 });
  await database.query("UPDATE verifier_sessions SET seen_at = now() - interval '2 minutes' WHERE service_id = $1", [sure.id]);
  expect(await open(sure.credential, "ask")).toMatchObject({ serveForMs: 0 });
});

test("a shared secret can be switched off, and on again", async () => {
  expect(await isRetired("ADMIN_API_SECRET")).toBe(false);
  await switchSharedSecret(SYSTEM_ACTOR, { name: "ADMIN_API_SECRET", isOff: true });
  await switchSharedSecret(SYSTEM_ACTOR, { name: "ADMIN_API_SECRET", isOff: true });
  expect(await isRetired("ADMIN_API_SECRET")).toBe(true);
  const { ADMIN_API_SECRET = "" } = process.env;
  const ask = (secret: string) =>
    requireAdminApi(new Request("http://localhost/api/api-keys", { headers: { "x-admin-secret": secret } }));
  await expect(ask(ADMIN_API_SECRET)).rejects.toMatchObject({ status: 401 });
  const { credential } = await make({ scopes: ["admin:read"] });
  expect(await ask(credential)).toMatchObject({ kind: "service" });
  await switchSharedSecret(SYSTEM_ACTOR, { name: "ADMIN_API_SECRET", isOff: false });
  expect(await isRetired("ADMIN_API_SECRET")).toBe(false);
  expect(await ask(ADMIN_API_SECRET)).toMatchObject({ kind: "admin_api" });
  const rows = await database.query("SELECT action FROM audit_entries WHERE target_kind = 'setting' ORDER BY id");
  expect(rows).toStrictEqual([{ action: "secret.retired" }, { action: "secret.accepted" }]);
});

test.each([
  ["203.0.113.7", "203.0.113.7/32"],
  ["203.0.113.0/24", "203.0.113.0/24"],
  ["2001:DB8::/32", "2001:db8::/32"],
  ["::ffff:203.0.113.7", "203.0.113.7/32"],
  ["0.0.0.0/0", "0.0.0.0/0"],
  ["203.0.113.0/33", null],
  ["203.0.113", null],
  ["203.0.113.0/24/1", null],
  ["fe80::1%eth0", null],
  ["localhost", null],
])("%s as a range is %s", (written, range) => {
  expect(readRange(written)).toBe(range);
});
