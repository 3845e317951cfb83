import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CurrentAdmin } from "@/lib/audit/actors";
import type { AuditFilter } from "@/lib/audit/filter";
import { type AuditSearch, auditSearchSchema } from "@/lib/audit/schemas";
import { toQuery } from "@/lib/database/statements";
import { ownDatabase, type ScratchDatabase, stepsOf } from "../support/scratch-database";

// Loaded once the settings name this test's own database.
let listing: typeof import("@/lib/audit/list");
let exporting: typeof import("@/lib/audit/export");
let scratch: ScratchDatabase;

const PEOPLE = 10_000;
const ENTRIES = 30_000;
const ADMIN = uuid(1);
const admin = {
  id: ADMIN,
  email: "person-1@example.com",
  sessionId: uuid(0),
  actor: { kind: "admin", userId: ADMIN, address: "203.0.113.7", requestId: null },
  timeZone: "UTC",
} as CurrentAdmin;

function uuid(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

const uuidSql = (number: string) => `('00000000-0000-4000-8000-' || lpad((${number})::text, 12, '0'))::uuid`;

// Entry i was made i minutes after the beginning of 2026. People act in turn, now and then the admin API or the portal does.
const SEED = `
  INSERT INTO users (id, email, name) SELECT ${uuidSql("i")}, 'person-' || i || '@example.com', 'Person' FROM generate_series(1, ${PEOPLE}) i;
  INSERT INTO api_keys (uuid, user_id, name, format, hint, credential_hash, permissions)
    SELECT ${uuidSql("50000 + i")}, ${uuidSql("i")}, CASE i WHEN 3 THEN '=1+1' ELSE 'Key ' || i END, 'datazag', 'abc123', decode(md5(i::text), 'hex'), '[]'
    FROM generate_series(1, ${PEOPLE}) i;
  INSERT INTO services (id, name, scopes, networks, owners)
    SELECT ${uuidSql("90000 + i")}, 'Service ' || i, '{verify}', '{}', '{}' FROM generate_series(1, 2000) i;
  INSERT INTO audit_entries (at, actor_kind, actor_id, action, target_kind, target_id, before, after)
    SELECT '2026-01-01'::timestamptz + i * interval '1 minute',
      CASE i % 10 WHEN 0 THEN 'admin_api' WHEN 5 THEN 'system' ELSE 'user' END,
      CASE WHEN i % 5 > 0 THEN ${uuidSql(`1 + i % ${PEOPLE}`)} END,
      CASE WHEN i % 1000 = 7 THEN 'user.banned' WHEN i % 2 = 0 THEN 'api_key.updated' ELSE 'user.signed_in' END,
      CASE i % 2 WHEN 0 THEN 'api_key' ELSE 'user' END,
      CASE i % 2 WHEN 0 THEN (1 + i % ${PEOPLE})::text ELSE ${uuidSql(`1 + i % ${PEOPLE}`)}::text END,
      '{"name":"@old"}', '{"name":"mf_live_abcdef0123456789abcdef0123456789abcdef"}'
    FROM generate_series(1, ${ENTRIES}) i;
  INSERT INTO audit_receipts (entry_id, confirmed, bounded, last_ms)
    SELECT id, 7, 0, 380 FROM audit_entries WHERE action = 'api_key.updated';
  ANALYZE`;

beforeAll(async () => {
  scratch = await ownDatabase();
  await scratch.query(SEED);
  listing = await import("@/lib/audit/list");
  exporting = await import("@/lib/audit/export");
});

afterAll(() => scratch.drop());

function search(parameters: Record<string, unknown> = {}): AuditSearch {
  return auditSearchSchema.parse(parameters);
}

const list = (parameters: Record<string, unknown>) => listing.listAudit(admin, search(parameters));

/** The numbers, as the seed counts, of all entries that a search finds, read page by page. */
async function walk(parameters: Record<string, string>): Promise<string[]> {
  const ids: string[] = [];
  let page = await list(parameters);
  for (;;) {
    ids.push(...page.entries.map(({ id }) => id));
    if (!page.older) return ids;
    page = await listing.listAudit(admin, { ...search(parameters), after: page.older });
  }
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => String(to - i));

describe("the list of audit entries", () => {
  test("is read page by page, newest first, with nothing twice and nothing left out", async () => {
    // 2 January is the minutes 1440 to 2879 of the year.
    expect(await walk({ from: "2026-01-02", to: "2026-01-02" })).toStrictEqual(numbers(1440, 2879));
  });

  test("goes back the way it came", async () => {
    const first = await list({});
    const second = await listing.listAudit(admin, { ...search(), after: first.older });
    const third = await listing.listAudit(admin, { ...search(), after: second.older });
    expect(first.newer).toBeNull();
    expect(await listing.listAudit(admin, { ...search(), before: third.newer })).toStrictEqual(second);
    expect(await listing.listAudit(admin, { ...search(), before: second.newer })).toStrictEqual(first);
  });

  const of = (person: number) => (i: number) => 1 + (i % PEOPLE) === person && i % 5 > 0;
  test.each<[Record<string, string>, (i: number) => boolean]>([
    [{ actor: "Person-8@Example.com" }, of(8)],
    [{ actor: uuid(8) }, of(8)],
    [{ actor: "latchkey", from: "2026-01-21" }, (i) => i % 10 === 5 && i >= 28_800],
    [{ actor: "Admin API", from: "2026-01-21" }, (i) => i % 10 === 0 && i >= 28_800],
    [{ action: "user.banned" }, (i) => i % 1000 === 7],
    [{ target: "5" }, (i) => i % PEOPLE === 4 && i % 2 === 0],
    [{ target: uuid(50_005) }, (i) => i % PEOPLE === 4 && i % 2 === 0],
    [{ target: "person-8@example.com" }, (i) => i % PEOPLE === 7 && i % 2 === 1],
    [{ target: uuid(8) }, (i) => i % PEOPLE === 7 && i % 2 === 1],
    [{ action: "user.banned", actor: uuid(8), to: "2026-01-08" }, (i) => i === 7 || i === 10_007],
  ])("finds what fits %j, and only that", async (parameters, fits) => {
    const expected = numbers(1, ENTRIES).filter((id) => fits(Number(id)));
    expect(expected.length).toBeGreaterThan(0);
    expect(await walk(parameters)).toStrictEqual(expected);
  });

  test("counts what fits, exactly up to 10,000, and ends with the oldest", async () => {
    expect((await list({})).found).toStrictEqual({ value: 10_000, isMore: true });
    expect((await list({ action: "user.banned" })).found).toStrictEqual({ value: 30, isMore: false });
    const last = await list({ last: "1" });
    expect([last.entries.at(-1)?.id, last.older]).toStrictEqual(["1", null]);
    expect(
      await list({ after: undefined, before: last.newer ? `${last.newer.at.getTime()}-${last.newer.id}` : "" }),
    ).toMatchObject({
      newer: expect.anything(),
    });
  });

  test("finds what was recorded under a request, and what an account did, by its public name", async () => {
    const request = uuid(77_777);
    await scratch.query(
      `INSERT INTO audit_entries (at, actor_kind, actor_id, action, target_kind, target_id, request_id)
       VALUES ('2026-12-01', 'user', $1::uuid, 'user.signed_in', 'user', $1::uuid::text, $2)`,
      [uuid(9_999), request],
    );
    await scratch.query(
      "INSERT INTO api_accounts (id, account_id, user_id, name) VALUES ($1::uuid, 'acc_00000000deadbeef', $1::uuid, '')",
      [uuid(9_999)],
    );
    expect(await list({ request: request.toUpperCase() })).toMatchObject({
      entries: [{ requestId: request }],
      found: { value: 1 },
    });
    expect(await list({ actor: "acc_00000000deadbeef" })).toStrictEqual(await list({ actor: uuid(9_999) }));
    expect(await list({ target: "acc_0000000000000000" })).toMatchObject({ unknown: "target" });
  });

  test("says who or what it does not know", async () => {
    expect(await list({ actor: "nobody@example.com" })).toMatchObject({ entries: [], unknown: "actor" });
    expect(await list({ target: "nobody@example.com" })).toMatchObject({ entries: [], unknown: "target" });
  });

  test.each([
    { action: "user.made_up", from: "2026-02-30", to: "yesterday", after: "1-", before: "99999999999999999-1" },
    { actor: ["a", "b"], target: { a: 1 }, after: "' OR 1=1--", from: ["2026-01-01"] },
    { actor: "a\u0000b", target: "\ud800", after: "1-99999999999999999999" },
    { actor: "x".repeat(255) },
  ])("takes no notice of what is no condition: %j", async (parameters) => {
    expect(await list(parameters)).toStrictEqual(await list({}));
  });

  test.each([{ after: "99999999999999-1" }, { before: "0-0" }, { target: "999999999" }, { actor: uuid(99) }])(
    "answers %j, which leads nowhere, without failing",
    async (parameters) => {
      expect((await list(parameters)).entries.length).toBeLessThanOrEqual(listing.AUDIT_PAGE_SIZE);
    },
  );

  test("names people and keys, and shows no credential", async () => {
    const { entries } = await list({ target: "5" });
    expect(entries[0]).toMatchObject({
      target: { kind: "api_key", id: "5", name: "Key 5", masked: "datazag_abc123..." },
      before: { name: "@old" },
      after: { name: "mf_live_abcdef..." },
    });
  });
});

test("its days are those of whoever asks", async () => {
  // The first entry is of the minute after midnight in UTC, when Kiritimati is fourteen hours into that day.
  const ask = (timeZone: string, parameters: Record<string, string>) =>
    listing.listAudit({ ...admin, timeZone }, search(parameters));
  const last = async (timeZone: string) => (await ask(timeZone, { to: "2026-01-01" })).entries[0]?.at.toISOString();
  expect(await last("UTC")).toBe("2026-01-01T23:59:00.000Z");
  expect(await last("Pacific/Kiritimati")).toBe("2026-01-01T09:59:00.000Z");
  expect(await last("America/St_Johns")).toBe("2026-01-02T03:29:00.000Z");
  expect((await ask("America/St_Johns", { from: "2026-01-01", to: "2026-01-01" })).entries.length).toBeGreaterThan(0);
  expect((await ask("America/St_Johns", { to: "2025-12-31" })).entries[0]?.at.toISOString()).toBe("2026-01-01T03:29:00.000Z");
});

describe("the export of audit entries", () => {
  async function read(parameters: Record<string, string>): Promise<string[]> {
    const { after: _, before: __, ...conditions } = search(parameters);
    let text = "";
    for await (const part of await exporting.exportAudit(admin, conditions)) text += part;
    return text.split("\r\n").slice(0, -1);
  }

  test("holds all that the list finds, over many chunks, and nothing else", async () => {
    const [head, ...lines] = await read({ to: "2026-01-03" });
    expect(head).toBe(
      "\uFEFFid,at,actor_kind,actor_id,actor,action,target_kind,target_id,target,address,request_id,before,after,receipts",
    );
    expect(lines.map((line) => line.split(",", 1)[0])).toStrictEqual(numbers(1, 4319));
  });

  test("keeps spreadsheets from running cells, and holds no credential", async () => {
    const [, line] = await read({ target: "3", to: "2026-01-02" });
    expect(line).toBe(
      `2,2026-01-01T00:02:00.000Z,user,${uuid(3)},person-3@example.com,api_key.updated,api_key,3,'=1+1,,,` +
        '"{""name"":""@old""}","{""name"":""mf_live_abcdef...""}","{""confirmed"":7,""bounded"":0,""last_ms"":380}"',
    );
  });

  test("is on record before it is read, with what was asked for; also when nothing was found", async () => {
    expect(await read({ actor: "nobody@example.com" })).toHaveLength(1);
    const { entries } = await list({ action: "audit.exported" });
    expect(entries[0]).toMatchObject({
      actor: { kind: "admin", id: ADMIN },
      target: { kind: "export", id: "audit" },
      address: "203.0.113.7",
      after: { conditions: { actor: "nobody@example.com" } },
    });
    const before = entries.length;
    // Nobody reads on: the entry stands all the same.
    await exporting.exportAudit(admin, search());
    expect((await list({ action: "audit.exported" })).entries).toHaveLength(before + 1);
  });

  test("does not begin when it cannot be recorded", async () => {
    const unknown = { ...admin, actor: { ...admin.actor, userId: "no uuid" } };
    await expect(exporting.exportAudit(unknown, search())).rejects.toThrow();
  });
});

describe("the database", () => {
  const NOTHING: AuditFilter = { actor: null, action: null, target: null, from: null, until: null, requestId: null };
  const middle = { at: new Date(Date.UTC(2026, 0, 1, 0, ENTRIES / 2)), id: String(ENTRIES / 2) };
  const filters: [string, Partial<AuditFilter>, string][] = [
    ["no filter", {}, "audit_entries_at_id_idx"],
    ["an actor", { actor: { id: uuid(8) } }, "audit_entries_actor_id_at_id_idx"],
    ["the admin API", { actor: { kind: "admin_api" } }, "audit_entries_actor_kind_at_id_idx"],
    ["an action", { action: "user.banned" }, "audit_entries_action_at_id_idx"],
    ["a key", { target: { kind: "api_key", id: "5" } }, "audit_entries_target_kind_target_id_at_id_idx"],
    ["a request", { requestId: uuid(1) }, "audit_entries_request_id_idx"],
    ["a time", { from: new Date("2026-01-05"), until: new Date("2026-01-15") }, "audit_entries_at_id_idx"],
  ];
  const pages = [
    ["the first page", null, "older"],
    ["a page deep inside", middle, "older"],
    ["a page on the way back", middle, "newer"],
  ] as const;
  const cases = filters.flatMap(([name, filter, index]) => pages.map((page) => [page[0], name, filter, index, page] as const));

  test.each(cases)(
    "reads %s with %s from its index, and no entry in vain",
    async (_, __, filter, index, [, place, direction]) => {
      const limit = listing.AUDIT_PAGE_SIZE + 1;
      const steps = await stepsOf(
        scratch,
        toQuery(...listing.auditQuery({ ...NOTHING, ...filter }, { place, direction, limit })),
      );
      const entries = steps.filter((step) => step["Index Name"]?.startsWith("audit_entries"));
      expect(entries.map((step) => step["Index Name"])).toStrictEqual([index]);
      expect(entries[0]?.["Actual Rows"]).toBeLessThanOrEqual(limit);
      expect(entries[0]?.["Rows Removed by Filter"] ?? 0).toBe(0);
      expect(steps.filter((step) => step["Node Type"].includes("Seq Scan"))).toStrictEqual([]);
    },
  );
});
