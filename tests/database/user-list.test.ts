import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CurrentAdmin } from "../../lib/audit/actors";
import { toQuery } from "../../lib/database/statements";
import { exportUsers } from "../../lib/users/export";
import { type ListedUser, listUsers, placeOf, userQuery } from "../../lib/users/list";
import { type UserConditions, type UserPlace, type UserSort, userSearchSchema } from "../../lib/users/schemas";
import { ownDatabase, type ScratchDatabase, stepsOf } from "../support/scratch-database";

const COUNT = 40_000;

let database: ScratchDatabase;
const actor = { kind: "admin", userId: randomUUID(), address: null, requestId: null } as const;
const admin = { id: actor.userId, email: "staff@example.com", sessionId: randomUUID(), actor } as CurrentAdmin;

/**
 * Every 50th is banned, every 100th has few credits, every 1,000th is of staff, every 3rd was never seen. Many share an
 * instant with others.
 */
beforeAll(async () => {
  database = await ownDatabase();
  await database.query(`
    SET session_replication_role = replica;
    INSERT INTO users (id, email, name, first_name, last_name, role, banned, credits, created_at, last_login_at)
    SELECT gen_random_uuid(), 'person' || n || '@mail' || (n % 97) || '.example', 'Given' || (n % 211) || ' Family' || (n % 1013), '', '',
      CASE WHEN n % 1000 = 0 THEN 'admin' ELSE 'user' END::role, n % 50 = 0, CASE WHEN n % 100 = 0 THEN 5 ELSE 1000 END,
      '2026-01-01'::timestamptz + n / 3 * interval '1 minute',
      CASE WHEN n % 3 > 0 THEN '2026-06-01'::timestamptz + n * 7919 % ${COUNT} / 3 * interval '1 minute' END
    FROM generate_series(1, ${COUNT}) n;
    INSERT INTO users (id, email, name, first_name, last_name, created_at)
    VALUES (gen_random_uuid(), 'zoe_q@rare.example', '=1+1, "Zoë" 100%', '', '', '2025-01-01');
    SET session_replication_role = origin`);
  await database.query("VACUUM ANALYZE users");
}, 120_000);

afterAll(() => database.drop());

const search = (address: Record<string, string>) => userSearchSchema.parse(address);
const find = async (address: Record<string, string>) => (await listUsers(admin, search(address))).users;
const count = async (condition: string) =>
  Number((await database.query<{ count: string }>(`SELECT count(*) FROM users WHERE ${condition}`))[0]?.count);

describe("the list of users", () => {
  test.each([
    ["part of an e-mail address", "n4711@m"],
    ["an e-mail address in capitals", "PERSON4711@MAIL55.EXAMPLE"],
  ])("finds %s", async (_, q) => {
    expect((await find({ q })).map(({ email }) => email)).toStrictEqual(["person4711@mail55.example"]);
  });

  test("finds part of a name, an id, the beginning of a word of two letters, and what means something to SQL", async () => {
    const [rare] = await find({ q: "e_q@r" });
    const found = await Promise.all(["zo", "ZO", "zoë", "zoe\u0308", "00%", '"z', rare?.id ?? ""].map((q) => find({ q })));
    for (const users of found) expect(users.map(({ id }) => id)).toStrictEqual([rare?.id]);
    expect(rare).toMatchObject({
      email: "zoe_q@rare.example",
      keys: 0,
      credits: 0,
      role: "user",
      isBanned: false,
      lastSeenAt: null,
    });
    for (const q of ["nobody at all", "%", "o__q", "person4711@mail56", "zoe\\_q@rare"])
      expect(await find({ q })).toStrictEqual([]);
  });

  test.each<[string, Record<string, string>, string]>([
    ["banned ones", { filter: "banned" }, "banned"],
    ["those low on credits", { filter: "low-credits", sort: "seen" }, "credits < 100"],
    ["staff", { role: "admin" }, "role = 'admin'"],
    [
      "staff low on credits, of one name",
      { role: "admin", filter: "low-credits", q: "given1" },
      "role = 'admin' AND name LIKE 'Given1%'",
    ],
  ])("shows only %s, page by page, each once and in order", async (_, address, condition) => {
    const pages = await walk(address);
    const users = pages.flat();
    expect(users).toHaveLength(await count(condition));
    expect(new Set(users.map(({ id }) => id)).size).toBe(users.length);
    const instants = users.map(({ createdAt, lastSeenAt }) =>
      address.sort ? (lastSeenAt?.getTime() ?? 0) : createdAt.getTime(),
    );
    expect(instants).toStrictEqual(instants.toSorted((a, b) => b - a));
  });

  test("goes back to the pages it came from", async () => {
    for (const sort of ["created", "seen"] as const) {
      const first = await listUsers(admin, search({ sort }));
      const second = await listUsers(admin, { ...search({ sort }), after: first.older });
      const third = await listUsers(admin, { ...search({ sort }), after: second.older });
      expect(first.newer).toBeNull();
      expect(await listUsers(admin, { ...search({ sort }), before: third.newer })).toStrictEqual(second);
      const back = await listUsers(admin, { ...search({ sort }), before: second.newer });
      expect(back).toStrictEqual({ ...first, newer: null });
    }
  });

  test("says what each filter would find, exactly up to 10,000", async () => {
    const expected = async (condition: string) => {
      const value = await count(condition);
      return { value: Math.min(value, 10_000), isMore: value > 10_000 };
    };
    const countsOf = async (address: Record<string, string>) => (await listUsers(admin, search(address))).counts;
    const all = await countsOf({});
    expect(all.found).toStrictEqual({ value: 10_000, isMore: true });
    expect(all.roles.get("admin")).toStrictEqual(await expected("role = 'admin'"));
    expect(all.filters.get("banned")).toStrictEqual(await expected("banned"));
    const banned = await countsOf({ filter: "banned", q: "family1" });
    expect(banned.found).toStrictEqual(await expected("banned AND name LIKE '%Family1%'"));
    expect(banned.filters.get("low-credits")).toStrictEqual(await expected("credits < 100 AND name LIKE '%Family1%'"));
    expect(banned.roles.get("admin")).toStrictEqual(await expected("role = 'admin' AND banned AND name LIKE '%Family1%'"));
    // Of a word that too many have, not all are looked at.
    expect((await countsOf({ q: "person", filter: "banned" })).found.isMore).toBe(true);
  });

  test("begins a page with a day, and ends with the last", async () => {
    const [first] = await find({ jump: "2026-01-03" });
    expect(first?.createdAt.toISOString().slice(0, 10)).toBe("2026-01-03");
    const last = await listUsers(admin, search({ last: "1" }));
    expect(last.users.at(-1)?.email).toBe("zoe_q@rare.example");
    expect([last.older, last.newer === null]).toStrictEqual([null, false]);
    const begin = await listUsers(admin, search({}));
    const before = begin.users[0] ?? null;
    expect((await listUsers(admin, { ...search({}), before: before && placeOf(before, "created") })).users).toStrictEqual(
      begin.users,
    );
  });

  test("finds a person by the name of their account, the visible part of a key, and whatever the spelling", async () => {
    const [person] = await database.query<{ id: string }>(
      "INSERT INTO users (id, email, name) VALUES (gen_random_uuid(), 'asha@xn--bcher-kva.example', $1) RETURNING id",
      ["Zoe\u0308lle Nguye\u0302\u0303n"],
    );
    const id = person?.id ?? "";
    const account = `acc_${id.replaceAll("-", "").slice(0, 16)}`;
    await database.query("INSERT INTO api_accounts (id, account_id, user_id, name) VALUES (gen_random_uuid(), $1, $2, '')", [
      account,
      id,
    ]);
    await database.query(
      `INSERT INTO api_keys (uuid, user_id, name, format, hint, credential_hash, permissions)
       VALUES (gen_random_uuid(), $1, 'k', 'mf_live', 'Qx7Yz9', '\\x01', '[]')`,
      [id],
    );
    for (const q of [
      account,
      "mf_live_Qx7Yz9",
      "mf_live_Qx7",
      "zo\u00eblle",
      "ZOE\u0308LLE",
      "Nguy\u1ec5n",
      "asha@bücher.example",
      "bücher.ex",
    ])
      expect(
        (await find({ q })).map((user) => user.id),
        q,
      ).toStrictEqual([id]);
    expect(await find({ q: `acc_${"f".repeat(16)}` })).toStrictEqual([]);
    expect(await find({ q: "mf_live_Qx7Yz8" })).toStrictEqual([]);
    const kept = ["api_keys", "users"];
    for (const table of kept) await database.query(`ALTER TABLE ${table} DISABLE TRIGGER ${table}_kept`);
    for (const table of ["api_keys", "api_accounts"]) await database.query(`DELETE FROM ${table} WHERE user_id = $1`, [id]);
    await database.query("DELETE FROM users WHERE id = $1", [id]);
    for (const table of kept) await database.query(`ALTER TABLE ${table} ENABLE ALWAYS TRIGGER ${table}_kept`);
  });

  test("takes an address edited by hand for what is valid in it", async () => {
    const hostile = {
      q: "\u0000",
      role: "root",
      filter: "everything",
      sort: "-id",
      after: "1_2",
      before: "never_'; DROP TABLE users",
      last: "0",
      jump: "9999-12-31",
    };
    expect(search(hostile)).toStrictEqual({
      q: "",
      role: null,
      filter: null,
      sort: "created",
      after: null,
      before: null,
      last: null,
      jump: null,
    });
    expect(await find({ after: `99999999999999_${randomUUID()}` })).toHaveLength(50);
    expect(await find({ after: `never_${randomUUID()}` })).toStrictEqual([]);
  });
});

async function walk(address: Record<string, string>): Promise<ListedUser[][]> {
  const pages: ListedUser[][] = [];
  let after: UserPlace | null = null;
  do {
    const { users, older } = await listUsers(admin, { ...search(address), after });
    pages.push(users);
    after = older;
  } while (after);
  return pages;
}

describe("the plan of the list reads an index", () => {
  const deep = { at: new Date("2026-01-05T00:00:00Z"), id: randomUUID() };
  const deepSeen = { at: new Date("2026-06-05T00:00:00Z"), id: randomUUID() };
  const cases: [string, Partial<UserConditions & { sort: UserSort; place: UserPlace }>, string][] = [
    ["the newest", {}, "users_created_at_id_idx"],
    ["a page deep inside", { place: deep }, "users_created_at_id_idx"],
    ["the latest seen", { sort: "seen" }, "users_last_seen_idx"],
    ["a page deep inside of the latest seen", { sort: "seen", place: deepSeen }, "users_last_seen_idx"],
    ["staff", { role: "admin" }, "users_admins_idx"],
    ["banned ones", { filter: "banned" }, "users_banned_idx"],
    ["banned ones, deep inside", { filter: "banned", place: deep }, "users_banned_idx"],
    ["banned ones by last seen", { filter: "banned", sort: "seen" }, "users_banned_last_seen_idx"],
    ["those low on credits", { filter: "low-credits" }, "users_low_on_credits_idx"],
    [
      "those low on credits by last seen",
      { filter: "low-credits", sort: "seen", place: deepSeen },
      "users_low_on_credits_last_seen_idx",
    ],
    ["part of an address", { q: "n4711@m" }, "users_search_idx"],
    ["a whole address", { q: "person4711@mail55.example" }, "users_search_idx"],
    ["part of a name", { q: "amily1012" }, "users_search_idx"],
    ["the beginning of a word", { q: "zo" }, "users_search_idx"],
  ];
  test.each(cases)("for %s", async (_, { place, ...conditions }, index) => {
    const step = { place: place ?? null, direction: "older", limit: 51 } as const;
    const query = userQuery({ q: "", role: null, filter: null, sort: "created", ...conditions }, step);
    const steps = await stepsOf(database, toQuery(...query));
    expect(steps.map((node) => node["Index Name"])).toContain(index);
    expect(steps.filter((node) => node["Node Type"] === "Seq Scan" && node["Relation Name"] === "users")).toStrictEqual([]);
    // Nor is much read that is then left out.
    for (const node of steps) expect(node["Rows Removed by Filter"] ?? 0).toBeLessThan(100);
    for (const node of steps) expect(node["Actual Rows"]).toBeLessThanOrEqual(51);
  });
});

describe("the export", () => {
  const read = async (address: Record<string, string>) => {
    const parts: string[] = [];
    for await (const part of await exportUsers(admin, search(address))) parts.push(part);
    return parts;
  };

  test("holds all that the list finds, in parts, with cells that no spreadsheet runs, and is on record", async () => {
    const parts = await read({});
    const lines = parts.join("").trimEnd().split("\r\n");
    expect(parts.length).toBeGreaterThan(COUNT / 1000);
    expect(lines[0]).toBe("\uFEFFid,email,name,role,status,credits,usable_keys,created_at,last_seen_at,external_id");
    expect(new Set(lines).size).toBe(COUNT + 2);
    expect(lines.at(-1)).toContain(`,zoe_q@rare.example,"'=1+1, ""Zoë"" 100%",user,active,0,0,2025-01-01T00:00:00.000Z,`);

    await read({ filter: "banned", q: "given1" });
    const entries = await database.query("SELECT actor_id, target_kind, target_id, after FROM audit_entries ORDER BY id");
    const by = { actor_id: admin.id, target_kind: "export", target_id: "users" };
    expect(entries).toStrictEqual([
      { ...by, after: { conditions: {} } },
      { ...by, after: { conditions: { q: "given1", filter: "banned" } } },
    ]);
  });

  test("holds what was filtered only", async () => {
    const lines = (await read({ filter: "banned", role: "admin", sort: "seen" })).join("").trimEnd().split("\r\n").slice(1);
    expect(lines).toHaveLength(await count("banned AND role = 'admin'"));
    expect(lines.filter((line) => !line.includes(",admin,banned,"))).toStrictEqual([]);
  });
});
