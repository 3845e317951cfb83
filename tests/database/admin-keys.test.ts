import { createHash, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CurrentAdmin, type CurrentUser, SYSTEM_ACTOR } from "../../lib/audit/actors";
import { toQuery } from "../../lib/database/statements";
import { deleteAnyKey, disableAnyKey, enableAnyKey, revokeAnyKey } from "../../lib/keys/admin-changes";
import { keyCountsQuery } from "../../lib/keys/admin-counts";
import { exportKeys } from "../../lib/keys/admin-export";
import { getAnyKeyPage } from "../../lib/keys/admin-key-page";
import { type AdminKeyRow, adminKeyQuery, listKeys } from "../../lib/keys/admin-list";
import { adminKeySearchSchema } from "../../lib/keys/admin-schemas";
import { CREDENTIAL_BY_DIGEST, NOTHING_NAMED } from "../../lib/keys/admin-search";
import { createKey, type IssuedKey } from "../../lib/keys/create";
import { searchKeys } from "../../lib/keys/search";
import { searchKeysSchema } from "../../lib/keys/search-schemas";
import { findPeople } from "../../lib/users/find-people";
import { MAX_COUNTED } from "../../lib/values/bounded-count";
import { DAY_MS } from "../../lib/values/days";
import { AppError } from "../../lib/values/errors";
import { digestHashes } from "../../lib/verification/hashes";
import { whileLocked } from "../support/races";
import { ownDatabase, type ScratchDatabase, stepsOf } from "../support/scratch-database";

const COUNT = 30_000;
const USERS = 15_000;

let database: ScratchDatabase;
let owner: { id: string; email: string };
let admins: CurrentAdmin[];

/** Every 10th is revoked, every 70th and 77th disabled, every 15th deleted, every 4th ends some day, every 20th is of the other format, every 500th could be guessed. */
beforeAll(async () => {
  database = await ownDatabase();
  await database.query(`
    SET session_replication_role = replica;
    INSERT INTO users (id, email, name)
    SELECT lpad(to_hex(n), 32, '0')::uuid, substr(md5(n::text), 1, 10) || n || '@mail.example', 'Asha ' || substr(md5('x' || n), 1, 10)
    FROM generate_series(1, ${USERS}) n;
    INSERT INTO api_keys (uuid, user_id, name, format, hint, credential_hash, permissions, created_at, expires_at, revoked_at, disabled_at, deleted_at, last_used_at, weak)
    SELECT gen_random_uuid(), lpad(to_hex(1 + n % ${USERS}), 32, '0')::uuid, 'Key ' || substr(md5('k' || n), 1, 12),
      CASE WHEN n % 20 = 0 THEN 'datazag' ELSE 'mf_live' END::key_format, substr(md5(n::text), 1, 6), sha256(n::text::bytea), '["read"]',
      now() - n / 3 * interval '1 minute', CASE WHEN n % 4 = 0 THEN now() + (n % 200 - 100) * interval '1 day' + interval '1 hour' END,
      CASE WHEN n % 10 = 0 THEN now() END, CASE WHEN n % 70 = 0 OR n % 77 = 0 THEN now() END, CASE WHEN n % 15 = 0 THEN now() END, CASE WHEN n % 3 > 0 THEN now() - n * interval '1 hour' END, n % 500 = 1
    FROM generate_series(1, ${COUNT}) n;
    INSERT INTO replaced_credentials (credential_hash, key_id, hint, valid_until)
    SELECT sha256(('old' || n)::bytea), n, 'abcdef', now() FROM generate_series(1, 5000) n;
    SET session_replication_role = origin`);
  owner = await newUser("mwana@kilimo.example", "Mwana Juma", "user");
  admins = await Promise.all(["first@staff.example", "second@staff.example"].map(newAdmin));
  await database.query("VACUUM ANALYZE");
}, 120_000);

afterAll(() => database.drop());

async function newUser(email: string, name: string, role: string) {
  const [user] = await database.query<{ id: string }>(
    "INSERT INTO users (id, email, name, role) VALUES (gen_random_uuid(), $1, $2, $3::role) RETURNING id",
    [email, name, role],
  );
  return { id: user?.id ?? "", email };
}

async function newAdmin(email: string): Promise<CurrentAdmin> {
  const { id } = await newUser(email, "Staff", "admin");
  const actor = { kind: "admin", userId: id, address: null, requestId: null } as const;
  return { id, email, sessionId: randomUUID(), actor } as CurrentAdmin;
}

function admin(): CurrentAdmin {
  const [first] = admins;
  if (!first) throw new Error("there is no administrator");
  return first;
}

const newKey = (name: string): Promise<IssuedKey> =>
  createKey(SYSTEM_ACTOR, owner.id, { name, permissions: ["read"], expiresAt: null, format: "mf_live" });
const search = (address: Record<string, string>) => adminKeySearchSchema.parse(address);
const find = async (address: Record<string, string>) => (await listKeys(admin(), search(address))).keys;
const digestOf = (credential: string) => createHash("sha256").update(credential).digest("hex");
const count = async (condition: string) =>
  Number((await database.query<{ count: string }>(`SELECT count(*) FROM api_keys WHERE ${condition}`))[0]?.count);

describe("the list of everyone's keys", () => {
  test("finds a key by name, owner, visible part, number, id and pasted credential, and says whose it is", async () => {
    const key = await newKey("Uvuvi production");
    const hint = key.key.slice(8, 14);
    const ways: Record<string, string>[] = [
      { q: "UVUVI PROD" },
      { q: "kilimo.ex" },
      { q: `mf_live_${hint}...` },
      { q: hint },
      { q: String(key.id) },
      { q: key.uuid },
      { owner: "Mwana@kilimo.example" },
      { owner: owner.id },
      { digest: digestOf(key.key) },
      { digest: digestOf(key.secret ?? "") },
    ];
    for (const way of ways) {
      const found = (await find(way)).find(({ uuid }) => uuid === key.uuid);
      expect(found, JSON.stringify(way)).toMatchObject({ name: "Uvuvi production", owner: { email: "mwana@kilimo.example" } });
    }
    const pasted = async (credential = "") => listKeys(admin(), search({ digest: digestOf(credential) }));
    expect((await pasted(key.key)).credential).toStrictEqual({ keyId: key.id, part: "key", replaced: null });
    expect((await pasted(key.secret ?? "")).credential).toStrictEqual({ keyId: key.id, part: "secret", replaced: null });
    expect(await pasted(`${key.key}x`)).toMatchObject({ keys: [], unknown: "credential" });
    expect(await listKeys(admin(), search({ owner: "nobody@at.all" }))).toMatchObject({ keys: [], unknown: "owner" });
    // A whole credential that was not hashed is cut to what may be seen of it.
    expect(search({ q: key.key }).q).toBe(`mf_live_${hint}`);
  });

  test("finds revoked and deleted ones by their credential, and deleted ones not by name", async () => {
    const [revoked, deleted] = [await newKey("Zamani one"), await newKey("Zamani two")];
    await revokeAnyKey(admin(), revoked.uuid);
    await deleteAnyKey(admin(), deleted.uuid, "Zamani two");
    const found = [{ uuid: revoked.uuid, state: "revoked" }];
    expect(await find({ digest: digestOf(revoked.key), status: "active" })).toMatchObject(found);
    const [gone] = await find({ digest: digestOf(deleted.key) });
    expect(gone).toMatchObject({ uuid: deleted.uuid, deletedAt: expect.any(Date) });
    expect((await find({ q: "zamani" })).map(({ uuid }) => uuid)).toStrictEqual([revoked.uuid]);
    expect((await find({ q: "zamani", status: "deleted" })).map(({ uuid }) => uuid)).toStrictEqual([deleted.uuid]);
  });

  const unrevoked = "deleted_at IS NULL AND revoked_at IS NULL";
  const usable = `${unrevoked} AND disabled_at IS NULL`;
  test.each<[string, Record<string, string>, string]>([
    ["all that are neither deleted nor revoked", {}, unrevoked],
    ["all that are not deleted", { status: "all" }, "deleted_at IS NULL"],
    ["active ones by name", { status: "active", sort: "name" }, `${usable} AND (expires_at IS NULL OR expires_at > now())`],
    ["expiring ones", { status: "expiring" }, `${usable} AND expires_at > now() AND expires_at <= now() + interval '7 days'`],
    ["expired ones", { status: "expired" }, `${unrevoked} AND expires_at <= now()`],
    [
      "disabled ones",
      { status: "disabled" },
      `${unrevoked} AND disabled_at IS NOT NULL AND (expires_at IS NULL OR expires_at > now())`,
    ],
    ["revoked ones by last use", { status: "revoked", sort: "-used" }, "deleted_at IS NULL AND revoked_at IS NOT NULL"],
    ["deleted ones", { status: "deleted" }, "deleted_at IS NOT NULL"],
    ["those of a format", { format: "datazag", sort: "used" }, `${unrevoked} AND format = 'datazag'`],
    ["those that could be guessed", { format: "weak", sort: "name" }, `${unrevoked} AND weak`],
  ])("shows %s, page by page, each once", async (_, address, condition) => {
    const uuids = new Set<string>();
    let rows = 0;
    let after: string | null = null;
    // The export reads the same pages, a thousand at a time.
    for await (const part of await exportKeys(admin(), search(address))) {
      for (const line of part.trimEnd().split("\r\n")) {
        const uuid = line.split(",")[1] ?? "";
        if (uuid !== "uuid") rows += uuids.add(uuid) ? 1 : 0;
      }
      after = part;
    }
    expect(after).not.toBeNull();
    expect(rows).toBe(await count(condition));
    expect(uuids.size).toBe(rows);
  });

  const countsOf = async (address: Record<string, string>) => (await listKeys(admin(), search(address))).counts;
  const CONDITIONS: Record<string, string> = {
    null: unrevoked,
    active: `${usable} AND (expires_at IS NULL OR expires_at > now())`,
    expiring: `${usable} AND expires_at > now() AND expires_at <= now() + interval '7 days'`,
    expired: `${unrevoked} AND expires_at <= now()`,
    revoked: "deleted_at IS NULL AND revoked_at IS NOT NULL",
    disabled: `${unrevoked} AND disabled_at IS NOT NULL AND (expires_at IS NULL OR expires_at > now())`,
    deleted: "deleted_at IS NOT NULL",
    all: "deleted_at IS NULL",
  };

  test("says what each filter would find, exactly up to 10,000", async () => {
    for (const [rest, condition] of [
      [{}, "true"],
      [{ format: "datazag" }, "format = 'datazag'"],
      [{ format: "weak" }, "weak"],
    ] as const) {
      const { found, statuses } = await countsOf(rest);
      const expected = await Promise.all(
        [...statuses.keys()].map(async (status) => {
          const value = await count(`${CONDITIONS[String(status)]} AND ${condition}`);
          return [status, { value: Math.min(value, 10_000), isMore: value > 10_000 }] as const;
        }),
      );
      expect(statuses.size).toBe(8);
      expect(statuses).toStrictEqual(new Map(expected));
      expect(found).toStrictEqual(statuses.get(null));
    }
    // Whoever looks at one person's keys sees all of them.
    const own = await countsOf({ owner: owner.id });
    expect(own.found?.value).toBe(await count(`deleted_at IS NULL AND user_id = '${owner.id}'`));
    const { formats } = await countsOf({ status: "revoked" });
    expect(formats.get("datazag")?.value).toBe(
      await count("format = 'datazag' AND revoked_at IS NOT NULL AND deleted_at IS NULL"),
    );
  });

  test("says of a search what each filter would find of it, revoked ones included", async () => {
    const q = "key 1";
    const { statuses, found } = await countsOf({ q });
    for (const [status, { value }] of statuses) {
      const condition = CONDITIONS[status === null ? "all" : status];
      expect([status, value]).toStrictEqual([status, await count(`${condition} AND name ILIKE '%key 1%'`)]);
    }
    expect(found).toStrictEqual(statuses.get("all"));
    expect((await countsOf({ q, status: "revoked" })).found).toStrictEqual(statuses.get("revoked"));
    // Of a word that too many have, not all are looked at.
    const common = await countsOf({ q: "Key" });
    expect([...common.statuses.values()].map(({ isMore }) => isMore)).not.toContain(false);
    expect(common.found?.value).toBeGreaterThan(9_000);
    // What names one key finds it, deleted or not, and is counted so.
    const key = await newKey("Counted");
    await deleteAnyKey(admin(), key.uuid, "Counted");
    expect((await countsOf({ q: key.uuid })).found).toStrictEqual({ value: 1, isMore: false });
  });

  test("finds the keys of an account by its public name", async () => {
    const key = await newKey("Of an account");
    const [account] = await database.query<{ account_id: string }>("SELECT account_id FROM api_accounts WHERE user_id = $1", [
      owner.id,
    ]);
    expect((await find({ q: account?.account_id ?? "" })).map(({ uuid }) => uuid)).toContain(key.uuid);
    expect(await find({ q: `acc_${"0".repeat(16)}` })).toStrictEqual([]);
  });

  test("begins a page with a day or a name, in every order, and ends with the last", async () => {
    const day = new Date(Date.now() - 4 * DAY_MS + 3600_000).toISOString().slice(0, 10);
    for (const sort of ["created", "-created", "used", "-used", "expires", "-expires"]) {
      const { keys } = await listKeys(admin(), search({ sort, jump: day, status: "all" }));
      const [first] = keys;
      const at = { created: first?.createdAt, used: first?.lastUsedAt, expires: first?.expiresAt }[sort.replace("-", "")];
      expect([sort, at?.toISOString().slice(0, 10)]).toStrictEqual([sort, day]);
    }
    expect((await find({ sort: "name", jump: "KEY 8" }))[0]?.name).toMatch(/^Key 8/);
    expect((await find({ sort: "-name", jump: "key 8" }))[0]?.name).toMatch(/^Key 8f/);
    for (const sort of ["-created", "name"]) {
      const last = await listKeys(admin(), search({ sort, last: "1" }));
      const opposite = await listKeys(admin(), search({ sort: sort === "name" ? "-name" : "created" }));
      expect(last.keys.map(({ id }) => id)).toStrictEqual(opposite.keys.map(({ id }) => id).reverse());
      expect([last.older, last.newer === null]).toStrictEqual([null, false]);
    }
    for (const jump of ["9999-12-31", "0000-00-00", "tomorrow"]) expect(await find({ jump })).toStrictEqual(await find({}));
    // Before the first there is nothing: that is the first page again.
    const first = await listKeys(admin(), search({}));
    expect(await find({ before: String(first.keys[0]?.id) })).toStrictEqual(first.keys);
  });

  test("turns pages both ways, in every order", async () => {
    for (const sort of ["created", "-created", "name", "-name", "used", "-used", "expires", "-expires"]) {
      const first = await listKeys(admin(), search({ sort }));
      const second = await listKeys(admin(), search({ sort, after: String(first.older) }));
      const back = await listKeys(admin(), search({ sort, before: String(second.newer) }));
      const ids = (keys: AdminKeyRow[]) => keys.map(({ id }) => id);
      expect(first.newer).toBeNull();
      expect(ids(first.keys)).toHaveLength(25);
      expect(ids(back.keys)).toStrictEqual(ids(first.keys));
      expect(ids(first.keys).filter((id) => ids(second.keys).includes(id))).toStrictEqual([]);
    }
  });

  test("orders names as people count, in the owner's list as well", async () => {
    for (const name of ["Sita 250", "Sita 25", "sita 9", "Sita 249"]) await newKey(name);
    const ordered = ["sita 9", "Sita 25", "Sita 249", "Sita 250"];
    const names = (keys: { name: string }[]) => keys.map(({ name }) => name);
    expect(names(await find({ q: "sita", sort: "name" }))).toStrictEqual(ordered);
    expect(names(await find({ sort: "name", jump: "sita 20" })).slice(0, 3)).toStrictEqual(ordered.slice(1));
    expect(names(await find({ sort: "-name", jump: "sita 249" })).slice(0, 3)).toStrictEqual(ordered.slice(0, 3).reverse());
    for (const sort of ["name", "-name"]) {
      const own = names((await searchKeys(owner as CurrentUser, searchKeysSchema.parse({ q: "sita", sort }))).keys);
      expect(own).toStrictEqual(sort === "name" ? ordered : [...ordered].reverse());
    }
  });

  test("takes an address edited by hand for what is valid in it", async () => {
    const hostile = {
      q: "\u0000",
      digest: "x",
      status: "every",
      owner: "\n",
      last: "yes",
      jump: "\u0000",
      format: "gold",
      sort: "id",
      after: "-1",
      before: "1e9",
    };
    const nothing = { q: "", digest: null, status: null, owner: "", format: null, sort: null, after: null, last: null, jump: "" };
    expect(search(hostile)).toMatchObject(nothing);
    expect(await find({ after: "2147483647" })).toHaveLength(25);
  });

  test("finds the people a key could be for", async () => {
    expect(await findPeople(admin(), "wana ju")).toStrictEqual([{ ...owner, name: "Mwana Juma" }]);
    expect(await findPeople(admin(), "%")).toStrictEqual([]);
    expect(await findPeople(admin(), "")).toStrictEqual([]);
  });

  test("leads to a page about each, by number and id, deleted ones included", async () => {
    const key = await newKey("Ukurasa");
    await deleteAnyKey(admin(), key.uuid, "Ukurasa");
    for (const id of [key.uuid, String(key.id)]) {
      expect(await getAnyKeyPage(admin(), id)).toMatchObject({ name: "Ukurasa", owner: { email: owner.email }, id: key.id });
    }
    await expect(getAnyKeyPage(admin(), "0")).rejects.toThrow("API key not found");
  });
});

describe("the plan of the list reads an index", () => {
  test.each<[string, Record<string, string>]>([
    ["the newest", {}],
    ["the newest, revoked ones too", { status: "all" }],
    ["by name", { sort: "name" }],
    ["by last use", { sort: "-used" }],
    ["by expiry", { sort: "expires" }],
    ["revoked", { status: "revoked" }],
    ["disabled", { status: "disabled" }],
    ["deleted", { status: "deleted" }],
    ["expiring", { status: "expiring" }],
    ["expired", { status: "expired" }],
    ["of a format", { format: "datazag", status: "all" }],
    ["that could be guessed", { format: "weak", status: "all" }],
    ["that could be guessed, by name", { format: "weak", sort: "name" }],
    ["part of a name", { q: createHash("md5").update("k471").digest("hex").slice(2, 10) }],
    ["part of an owner's name", { q: createHash("md5").update("x471").digest("hex").slice(1, 9) }],
    ["the visible part", { q: `mf_live_${createHash("md5").update("471").digest("hex").slice(0, 6)}` }],
    ["a number", { q: "29471" }],
    ["an id", { q: randomUUID() }],
  ])("for %s, at the beginning and deep inside", async (_, address) => {
    const conditions = search(address);
    const places = address.q ? [null] : [null, await deepPlace(conditions)];
    for (const place of places) {
      await expectIndexes(pageQuery(conditions, place, 26));
    }
  });

  test.each<[string, Record<string, string>]>([
    ["filters", {}],
    ["filters of a format", { format: "datazag" }],
    ["filters of a search", { q: createHash("md5").update("k471").digest("hex").slice(2, 10) }],
  ])("for what stands beside %s, and reads no further than it counts", async (_, address) => {
    const steps = await stepsOf(database, toQuery(...keyCountsQuery(search(address), NOTHING_NAMED)));
    // A bitmap of a table as small as this one is read as a whole.
    const read = steps.filter((step) => step["Node Type"] !== "Bitmap Index Scan");
    for (const step of read) expect(step["Actual Rows"]).toBeLessThanOrEqual(MAX_COUNTED + 1);
  });

  test("for a credential", () => expectIndexes(toQuery(CREDENTIAL_BY_DIGEST, { hashes: digestHashes(digestOf("any")) })));

  async function expectIndexes(statement: { text: string; values: unknown[] }) {
    const steps = await stepsOf(database, statement);
    expect(steps.filter((step) => step["Node Type"] === "Seq Scan").map((step) => step["Relation Name"])).toStrictEqual([]);
    const read = steps.reduce((sum, step) => sum + (step["Rows Removed by Filter"] ?? 0) * step["Actual Loops"], 0);
    expect(read).toBeLessThan(1000);
  }

  function pageQuery(conditions: ReturnType<typeof search>, place: { value: string; id: number } | null, limit: number) {
    return toQuery(...adminKeyQuery(conditions, NOTHING_NAMED, { place, direction: "older", limit }));
  }

  async function deepPlace(conditions: ReturnType<typeof search>) {
    const { text, values } = pageQuery(conditions, null, 300);
    const last = (await database.query<{ place: string; id: number }>(text, values)).at(-1);
    return last ? { value: last.place, id: last.id } : null;
  }
});

describe("of two administrators who act on one key at once", () => {
  const outcomes = async (uuid: string, acts: ((by: CurrentAdmin) => Promise<void>)[]) => {
    const lock = { text: "SELECT 1 FROM api_keys WHERE uuid = $1 FOR UPDATE", values: [uuid] };
    const both = () => Promise.allSettled(acts.map((act, index) => act(admins[index] ?? admin())));
    const results = await whileLocked(lock, 2, both, database.url);
    return results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
  };

  test("one revokes it, and the other is told who did", async () => {
    const { id, uuid } = await newKey("Contested");
    const [refusal, ...others] = await outcomes(uuid, [(by) => revokeAnyKey(by, uuid), (by) => revokeAnyKey(by, uuid)]);
    expect(others).toStrictEqual([]);
    expect(refusal).toBeInstanceOf(AppError);
    expect(refusal.message).toMatch(
      /^It was revoked already by (first|second)@staff\.example on 20\d\d-\d\d-\d\d at \d\d:\d\d UTC\.$/,
    );
    const entries = await database.query(
      "SELECT actor_kind FROM audit_entries WHERE target_id = $1 AND action = 'api_key.revoked'",
      [String(id)],
    );
    expect(entries).toStrictEqual([{ actor_kind: "admin" }]);
  });

  test("one disables it, also where its owner had, and the other is told; then one enables it", async () => {
    const { id, uuid } = await newKey("Contested");
    await database.query("UPDATE api_keys SET disabled_at = now(), disabled_by = 'owner' WHERE id = $1", [id]);
    for (const [act, word] of [
      [disableAnyKey, "disabled"],
      [enableAnyKey, "enabled"],
    ] as const) {
      const [refusal, ...others] = await outcomes(uuid, [(by) => act(by, uuid), (by) => act(by, uuid)]);
      expect(others).toStrictEqual([]);
      expect(refusal.message).toMatch(new RegExp(`^It was ${word} already by (first|second)@staff\\.example `));
      const [row] = await database.query("SELECT disabled_by FROM api_keys WHERE id = $1", [id]);
      expect(row).toStrictEqual({ disabled_by: word === "disabled" ? "staff" : null });
    }
    await revokeAnyKey(admin(), uuid);
    await expect(disableAnyKey(admin(), uuid)).rejects.toThrow("It was revoked already by");
  });

  test("one deletes it, and the other is told", async () => {
    const { uuid } = await newKey("Contested");
    const remove = (by: CurrentAdmin) => deleteAnyKey(by, uuid, "Contested");
    const [refusal, ...others] = await outcomes(uuid, [remove, remove]);
    expect(others).toStrictEqual([]);
    expect(refusal.message).toMatch(/^It was deleted already by (first|second)@staff\.example /);
    await expect(revokeAnyKey(admin(), uuid)).rejects.toThrow("It was deleted already by");
  });

  test("who confirmed another name than it has now deletes nothing", async () => {
    const { uuid } = await newKey("New name");
    await expect(deleteAnyKey(admin(), uuid, "Old name")).rejects.toThrow(
      "It was renamed meanwhile: it is called “New name” now.",
    );
    expect(await find({ q: uuid })).toMatchObject([{ deletedAt: null }]);
  });
});

test("the export of keys has no credential, no formula that runs, and is on record without what was pasted", async () => {
  const key = await newKey('=HYPERLINK("http://evil.example")');
  const digest = digestOf(key.key);
  const parts: string[] = [];
  for await (const part of await exportKeys(admin(), search({ digest }))) parts.push(part);
  const [head, line, ...rest] = parts.join("").trimEnd().split("\r\n");
  expect(rest).toStrictEqual([]);
  expect(head).toMatch(/^\uFEFFid,uuid,name,owner_id,owner_email,format,visible_part,status,permissions,calls,/);
  expect(line).toContain(`${key.uuid},"'=HYPERLINK(""http://evil.example"")",${owner.id},mwana@kilimo.example,mf_live,`);
  expect(parts.join("")).not.toContain(key.key);
  const [entry] = await database.query<{ after: unknown }>(
    "SELECT after FROM audit_entries WHERE action = 'keys.exported' ORDER BY id DESC LIMIT 1",
  );
  expect(entry?.after).toStrictEqual({ conditions: { credential: "pasted" } });
});
