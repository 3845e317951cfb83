import { createHash, randomUUID } from "node:crypto";
import pg from "pg";
import { auditQuery } from "../lib/audit/list";
import { toQuery } from "../lib/database/statements";
import { adminKeyQuery } from "../lib/keys/admin-list";
import { adminKeySearchSchema } from "../lib/keys/admin-schemas";
import { CREDENTIAL_BY_DIGEST, NOTHING_NAMED } from "../lib/keys/admin-search";
import { userQuery } from "../lib/users/list";
import { digestHashes } from "../lib/verification/hashes";
import type { Bench } from "./ground";
import { repeat, timeOfOne } from "./measure";

const FEW = 1_000;
const KEYS_EACH = 10;
const PAGE = 51;
const KEY_PAGE = 26;

type Query = { name?: string; text: string; values: unknown[] };
type List = { name: string; query: Query };

/** What the lists of staff cost with many rows against few: first pages, pages deep inside, each filter, search. */
export async function measureStaffLists(bench: Bench, databases: { few: string; fewUsers: string; many: string }): Promise<void> {
  const { manyUsers, manyKeys } = bench.scale;
  console.log(`Seeding ${manyUsers} users, ${manyKeys} keys and as many audit entries…`);
  await seed(databases.few, FEW, FEW);
  // Their lists count each user's keys: those of a few users hold as many each.
  await seed(databases.fewUsers, FEW, FEW * KEYS_EACH);
  await seed(databases.many, manyUsers, manyKeys);
  const [few, fewUsers, many] = [open(databases.few), open(databases.fewUsers), open(databases.many)];
  for (const { name, query } of [...userLists(), ...keyLists(), ...auditLists()]) {
    // By its own name, as the portal sends it: a named statement is planned once, one without a name each time.
    const run = (pool: pg.Pool) => timeOfOne(repeat(() => pool.query(query)));
    await bench.measure(
      {
        name: `${name}, ${name.startsWith("users") ? manyUsers : manyKeys} rows`,
        unit: "ms",
        otherName: `${FEW} rows`,
        goal: { atMost: 1.5 },
      },
      { ours: run(many), other: run(name.startsWith("users") ? fewUsers : few) },
      bench.scale.milliseconds / 4,
    );
  }
  for (const pool of [few, fewUsers, many]) await pool.end();
}

function open(connectionString: string): pg.Pool {
  return new pg.Pool({ connectionString, max: 1 });
}

/** Rows are a second apart, the newest now. Of the few, each filter still fills a page. */
async function seed(url: string, users: number, keys: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query("SET session_replication_role = replica");
  await client.query(
    `INSERT INTO users (id, email, name, role, banned, credits, created_at, last_login_at, updated_at)
     SELECT lpad(to_hex(n), 32, '0')::uuid, 'person' || n || '@mail' || n % 97 || '.example', 'Asha ' || substr(md5(n::text), 1, 12),
       CASE WHEN n % 16 = 0 THEN 'admin' ELSE 'user' END::role, n % 10 = 0, CASE WHEN n % 12 = 0 THEN 5 ELSE 1000 END,
       now() - n * interval '1 second', CASE WHEN n % 3 > 0 THEN now() - n * interval '1 minute' END, now()
     FROM generate_series(1, $1::int) n`,
    [users],
  );
  await client.query(
    `INSERT INTO api_keys (uuid, user_id, name, format, hint, credential_hash, permissions, created_at, expires_at, revoked_at, deleted_at)
     SELECT gen_random_uuid(), lpad(to_hex(1 + n % $2::int), 32, '0')::uuid, 'Key ' || substr(md5(n::text), 1, 12),
       CASE WHEN n % 9 = 0 THEN 'datazag' ELSE 'mf_live' END::key_format, substr(md5(n::text), 1, 6),
       sha256(n::text::bytea), '["read"]', now() - n * interval '1 second',
       CASE WHEN n % 4 = 0 THEN now() + (n % 100 - 50) * interval '1 day' END,
       CASE WHEN n % 10 = 0 THEN now() END, CASE WHEN n % 15 = 0 THEN now() END
     FROM generate_series(1, $1::int) n`,
    [keys, keys / KEYS_EACH],
  );
  await client.query(
    `INSERT INTO audit_entries (at, actor_kind, actor_id, action, target_kind, target_id)
     SELECT now() - n * interval '1 second', CASE WHEN n % 10 = 0 THEN 'admin_api' ELSE 'user' END,
       CASE WHEN n % 10 > 0 THEN lpad(to_hex(1 + n % 13), 32, '0')::uuid END,
       CASE WHEN n % 9 = 0 THEN 'user.signed_in' ELSE 'api_key.created' END, 'api_key', (1 + n % 11)::text
     FROM generate_series(1, $1::int) n`,
    [keys],
  );
  await client.query("VACUUM ANALYZE");
  await client.end();
}

type Place = { at: Date; id: string };

/** Names the lists of one kind of row, each by what it asks for and after which row its page begins. */
function listsOf<Search, After>(rows: string, queryOf: (search: Search, after: After | null) => Query) {
  return (name: string, search: Search, after: After | null = null): List => ({
    name: `${rows}, ${name}`,
    query: queryOf(search, after),
  });
}

function userLists(): List[] {
  const all = { q: "", role: null, filter: null, sort: "created" } as const;
  type Search = Partial<Parameters<typeof userQuery>[0]>;
  const list = listsOf("users", (search: Search, place: Place | null) =>
    toQuery(...userQuery({ ...all, ...search }, { place, direction: "older", limit: PAGE })),
  );
  return [
    list("first page", {}),
    list("deep page", {}, deep()),
    list("latest seen", { sort: "seen" }),
    list("banned", { filter: "banned" }),
    list("low on credits", { filter: "low-credits" }),
    list("staff", { role: "admin" }),
    list("part of an address", { q: "n471@m" }),
    list("a whole address", { q: "person471@mail83.example" }),
    list("part of a name", { q: nameOf(471).slice(3, 11) }),
  ];
}

function keyLists(): List[] {
  const list = listsOf("keys", keyQuery);
  return [
    list("first page", {}),
    list("deep page", {}, { value: minutesAgo(8).toISOString(), id: 1 }),
    list("by name", { sort: "name" }),
    list("by last use", { sort: "-used" }),
    list("by expiry", { sort: "expires" }),
    list("active", { status: "active" }),
    list("expiring", { status: "expiring" }),
    list("expired", { status: "expired" }),
    list("revoked", { status: "revoked" }),
    list("deleted", { status: "deleted" }),
    list("of a format", { format: "datazag" }),
    list("part of a name", { q: nameOf(471).slice(3, 11) }),
    list("part of an owner's address", { q: "n47@mail47" }),
    list("an owner's whole address", { q: "person47@mail47.example" }),
    list("the visible part", { q: `mf_live_${nameOf(471).slice(0, 6)}` }),
    list("a number", { q: "700471" }),
    { name: "keys, a credential", query: toQuery(CREDENTIAL_BY_DIGEST, { hashes: digestHashes("0".repeat(64)) }) },
  ];
}

function keyQuery(address: Record<string, string>, place: { value: string; id: number } | null): Query {
  const search = adminKeySearchSchema.parse(address);
  return toQuery(...adminKeyQuery(search, NOTHING_NAMED, { place, direction: "older", limit: KEY_PAGE }));
}

function auditLists(): List[] {
  const all = { actor: null, action: null, target: null, from: null, until: null, requestId: null };
  type Filter = Partial<Parameters<typeof auditQuery>[0]>;
  const list = listsOf("audit", (filter: Filter, place: Place | null) =>
    toQuery(...auditQuery({ ...all, ...filter }, { place, direction: "older", limit: PAGE })),
  );
  return [
    list("first page", {}),
    list("deep page", {}, { at: minutesAgo(8), id: "1" }),
    list("an actor", { actor: { id: "00000000-0000-0000-0000-000000000007" } }),
    list("the admin API", { actor: { kind: "admin_api" } }),
    list("an action", { action: "user.signed_in" }),
    list("a key", { target: { kind: "api_key", id: "7" } }),
    list("a time", { from: minutesAgo(12), until: minutesAgo(4) }),
  ];
}

/** What the seed calls the nth. */
function nameOf(n: number): string {
  return createHash("md5").update(String(n)).digest("hex").slice(0, 12);
}

function deep(): Place {
  return { at: minutesAgo(8), id: randomUUID() };
}

/** Half of the few rows lie behind eight minutes. */
function minutesAgo(minutes: number): Date {
  return new Date(Date.now() - minutes * 60_000);
}
