import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Actor, type CurrentAdmin, SYSTEM_ACTOR } from "../../lib/audit/actors";
import { LOCKS } from "../../lib/database/locks";
import { requireApiUser } from "../../lib/doors/guards";
import { registerUser } from "../../lib/identity/accounts";
import { openSession, refreshTokens, signIn } from "../../lib/identity/sessions";
import { createKey } from "../../lib/keys/create";
import { LEDGER_PAGE_SIZE, ledgerPlaceSchema, listLedger } from "../../lib/ledger/list";
import { recordUsage } from "../../lib/usage/record";
import { adjustCredits } from "../../lib/users/adjust-credits";
import { banUser, endSessions, unbanUser } from "../../lib/users/bans";
import { getUserPage } from "../../lib/users/page";
import { revokeAllKeys } from "../../lib/users/revoke-all-keys";
import { changeRole } from "../../lib/users/roles";
import { adjustCreditsSchema, type UserRole } from "../../lib/users/schemas";
import { AppError } from "../../lib/values/errors";
import { verifyKey } from "../../lib/verification/verify";
import { randomEmail } from "../support/client";
import { whileLocked } from "../support/races";
import { ownDatabase, type ScratchDatabase } from "../support/scratch-database";

let database: ScratchDatabase;

beforeAll(async () => {
  database = await ownDatabase();
});

afterAll(() => database.drop());

type Someone = { id: string; email: string };

/** Without a password, which would be most of what a test costs. */
async function newUser(role: UserRole = "user"): Promise<Someone> {
  const email = randomEmail();
  const [user] = await database.query<{ id: string }>(
    "INSERT INTO users (id, email, name, role) VALUES (gen_random_uuid(), $1, 'Asha Mrema', $2) RETURNING id",
    [email, role],
  );
  const id = user?.id ?? "";
  await database.query("INSERT INTO credit_entries (user_id, amount, kind) VALUES ($1, 1000, 'signup')", [id]);
  return { id, email };
}

async function newAdmin(): Promise<CurrentAdmin> {
  const { id, email } = await newUser("admin");
  const actor: Actor = { kind: "admin", userId: id, address: "192.0.2.7", requestId: null };
  const { sessionId } = await openSession(actor, id, null);
  return { id, email, sessionId, actor } as CurrentAdmin;
}

async function newKeyOf(user: Someone, expiresAt: Date | null = null): Promise<string> {
  const key = await createKey(SYSTEM_ACTOR, user.id, { name: "Key", permissions: ["read"], expiresAt, format: "mf_live" });
  return key.key;
}

const verdict = async (key: string) => (await verifyKey({ key, cost: 0 })).code;
const userRow = async ({ id }: { id: string }) =>
  (await database.query("SELECT role, banned, ban_reason, credits::int FROM users WHERE id = $1", [id]))[0];
const ledger = async ({ id }: { id: string }) =>
  database.query("SELECT amount::int, kind, reason FROM credit_entries WHERE user_id = $1 ORDER BY id", [id]);
const audit = ({ id }: { id: string }, action: string) =>
  database.query(
    "SELECT actor_kind, actor_id, address, before, after FROM audit_entries WHERE target_id = $1 AND action = $2 ORDER BY id",
    [id, action],
  );

/** What two that ran at once came to: the answer of the one that won, the refusal of the one that lost. */
async function winnerAndLoser(both: Promise<PromiseSettledResult<unknown>[]>): Promise<{ won: number; refusal: AppError }> {
  const results = await both;
  const refusals = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
  expect(refusals).toHaveLength(1);
  expect(refusals[0]).toBeInstanceOf(AppError);
  return { won: results.findIndex(({ status }) => status === "fulfilled"), refusal: refusals[0] };
}

/** Lets go of what `text` locks when both wait for it. */
const whileHeld = <Result>(text: string, begin: () => Promise<Result>) => whileLocked({ text }, 2, begin, database.url);
const lockOf = ({ id }: { id: string }) => `SELECT 1 FROM users WHERE id = '${id}' FOR UPDATE`;
const LOCK_OF_ADMINS = `SELECT pg_advisory_xact_lock(${LOCKS.administrators})`;
const AS_NEW = { role: "user", banned: false } as const;

describe("credits", () => {
  test("are added and removed by entries of the ledger, with the reason, and on record", async () => {
    const [admin, user] = [await newAdmin(), await newUser()];
    expect(await adjustCredits(admin, { user: user.id, amount: 500, reason: "A refund", adjustment: "0" })).toBe(1500);
    const [latest] = (await getUserPage(admin, user.id)).adjustments;
    expect(await adjustCredits(admin, { user: user.id, amount: -1500, reason: "Closed", adjustment: latest?.id ?? "" })).toBe(0);
    expect(await userRow(user)).toMatchObject({ credits: 0 });
    expect(await ledger(user)).toStrictEqual([
      { amount: 1000, kind: "signup", reason: null },
      { amount: 500, kind: "adjustment", reason: "A refund" },
      { amount: -1500, kind: "adjustment", reason: "Closed" },
    ]);
    const by = { actor_kind: "admin", actor_id: admin.id, address: "192.0.2.7" };
    expect(await audit(user, "user.credits_adjusted")).toStrictEqual([
      { ...by, before: { credits: 1000 }, after: { credits: 1500, amount: 500, reason: "A refund" } },
      { ...by, before: { credits: 1500 }, after: { credits: 0, amount: -1500, reason: "Closed" } },
    ]);
  });

  test("are never removed below zero, which usage alone may reach", async () => {
    const [admin, user] = [await newAdmin(), await newUser()];
    const remove = (amount: number) =>
      adjustCredits(admin, { user: user.id, amount: -amount, reason: "Too many", adjustment: "0" });
    await expect(remove(1001)).rejects.toMatchObject({ code: "INSUFFICIENT_CREDITS", message: /only 1,000 credits/ });
    await recordUsage([{ id: "1", apiKey: await newKeyOf(user), delta: 1001 }]);
    await expect(remove(1)).rejects.toMatchObject({ code: "INSUFFICIENT_CREDITS", message: /no credits/ });
    expect(await userRow(user)).toMatchObject({ credits: -1 });
    expect(await audit(user, "user.credits_adjusted")).toStrictEqual([]);
  });

  test("changed by two at once: one wins, the other is told what changed, and the balance is the sum of its ledger", async () => {
    const [one, other, user] = [await newAdmin(), await newAdmin(), await newUser()];
    const add = (admin: CurrentAdmin, amount: number, reason: string) =>
      adjustCredits(admin, { user: user.id, amount, reason, adjustment: "0" });
    const both = whileHeld(lockOf(user), () => Promise.allSettled([add(one, 500, "By one"), add(other, -500, "By the other")]));
    const { won, refusal } = await winnerAndLoser(both);
    expect(refusal.code).toBe("CONFLICT");
    expect(refusal.message).toBe(
      won === 0
        ? "Nothing was done. Meanwhile, 500 credits were added (“By one”); the balance is now 1,500."
        : "Nothing was done. Meanwhile, 500 credits were removed (“By the other”); the balance is now 500.",
    );
    expect((await ledger(user)).map(({ amount }) => amount)).toStrictEqual([1000, won === 0 ? 500 : -500]);
    expect(await userRow(user)).toMatchObject({ credits: won === 0 ? 1500 : 500 });
  });

  test("may be changed while keys are used: both count", async () => {
    const [admin, user] = [await newAdmin(), await newUser()];
    const key = await newKeyOf(user);
    await whileHeld(lockOf(user), () =>
      Promise.all([
        adjustCredits(admin, { user: user.id, amount: 7, reason: "More", adjustment: "0" }),
        recordUsage([{ id: "1", apiKey: key, delta: 30 }]),
      ]),
    );
    expect(await userRow(user)).toMatchObject({ credits: 977 });
  });

  test("beyond what can be kept exactly are refused, in one step and as a sum", async () => {
    const [admin, user] = [await newAdmin(), await newUser()];
    const amount = Number.MAX_SAFE_INTEGER;
    await expect(adjustCredits(admin, { user: user.id, amount, reason: "All", adjustment: "0" })).rejects.toMatchObject({
      code: "INVALID_INPUT",
      fields: { amount: ["The balance would be more than 9,007,199,254,740,991, the most that is kept."] },
    });
    expect(await adjustCredits(admin, { user: user.id, amount: amount - 1000, reason: "All but", adjustment: "0" })).toBe(amount);
  });

  test.each([
    ["9007199254740992", "At most 9,007,199,254,740,991 can be kept."],
    ["99999999999999999999", "At most 9,007,199,254,740,991 can be kept."],
    ["0", "Give a whole number above zero."],
    ["-5", "Give a whole number above zero."],
    ["1.5", "Give a whole number above zero."],
    ["1e3", "Give a whole number above zero."],
    ["0x10", "Give a whole number above zero."],
    ["", "Give a whole number above zero."],
  ])("an amount of %j is refused with a sentence", (amount, sentence) => {
    const form = { user: "5ba45a38-31ae-4a4e-8ff1-6b6ba2bb0a0c", change: "add", amount, reason: "Why", adjustment: "0" };
    expect(adjustCreditsSchema.safeParse(form).error?.issues.map(({ message }) => message)).toStrictEqual([sentence]);
  });

  test("need a reason, in which a credential is not kept", async () => {
    const form = { user: "5ba45a38-31ae-4a4e-8ff1-6b6ba2bb0a0c", change: "remove", amount: " 1,000 ", adjustment: "0" };
    expect(adjustCreditsSchema.safeParse({ ...form, reason: "  " }).success).toBe(false);
    const key = await newKeyOf(await newUser());
    const { amount, reason } = adjustCreditsSchema.parse({ ...form, reason: `For ${key}` });
    expect(amount).toBe(-1000);
    expect(reason).not.toContain(key);
  });
});

describe("a ban", () => {
  test("ends sessions and tokens and refuses keys at once; its reason is kept; the end of it brings back the keys alone", async () => {
    const password = `pw-${randomBytes(9).toString("base64url")}`;
    const input = { email: randomEmail(), password, first_name: "Asha", last_name: "Mrema" };
    const [admin, user] = [await newAdmin(), await registerUser(SYSTEM_ACTOR, input)];
    const key = await newKeyOf(user);
    const visitor = { actor: SYSTEM_ACTOR, headers: new Headers() };
    const { tokens } = await signIn(visitor, user.email, password);
    const call = () => requireApiUser(new Request("http://x", { headers: { Authorization: `Bearer ${tokens.access}` } }));
    expect([(await call()).id, await verdict(key)]).toStrictEqual([user.id, "VALID"]);

    expect(await banUser(admin, { user: user.id, ...AS_NEW, reason: "Abuse" })).toBe(1);
    await expect(call()).rejects.toMatchObject({ code: "TOKEN_NOT_VALID" });
    await expect(refreshTokens(SYSTEM_ACTOR, tokens.refresh)).rejects.toMatchObject({ code: "REFRESH_TOKEN_NOT_VALID" });
    await expect(signIn(visitor, user.email, password)).rejects.toMatchObject({ code: "INVALID_CREDENTIALS" });
    expect(await verdict(key)).toBe("USER_DISABLED");
    expect(await userRow(user)).toMatchObject({ banned: true, ban_reason: "Abuse" });

    await unbanUser(admin, { user: user.id, role: "user", banned: true, reason: "A mistake" });
    await expect(call()).rejects.toMatchObject({ code: "TOKEN_NOT_VALID" });
    expect(await verdict(key)).toBe("VALID");
    expect((await signIn(visitor, user.email, password)).user.id).toBe(user.id);
    const kept = [...(await audit(user, "user.banned")), ...(await audit(user, "user.unbanned"))];
    expect(kept.map(({ before, after }) => ({ before, after }))).toStrictEqual([
      { before: { banned: false }, after: { banned: true, reason: "Abuse", sessions_ended: 1 } },
      { before: { banned: true, reason: "Abuse" }, after: { banned: false, reason: "A mistake" } },
    ]);
  });

  test("is nothing to do to oneself, or twice", async () => {
    const [admin, user] = [await newAdmin(), await newUser()];
    const ban = (id: string, seen: { role: UserRole; banned: boolean }) => banUser(admin, { user: id, ...seen, reason: "Why" });
    await expect(ban(admin.id, { role: "admin", banned: false })).rejects.toMatchObject({ code: "OWN_ROLE" });
    await ban(user.id, AS_NEW);
    await expect(ban(user.id, AS_NEW)).rejects.toMatchObject({ code: "CONFLICT", message: /was banned: “Why”/ });
    await expect(ban(user.id, { role: "user", banned: true })).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await audit(user, "user.banned")).toHaveLength(1);
  });

  test("racing a change of role: one wins, the other is told what changed", async () => {
    const [one, other, user] = [await newAdmin(), await newAdmin(), await newUser()];
    const both = whileHeld(LOCK_OF_ADMINS, () =>
      Promise.allSettled([
        banUser(one, { user: user.id, ...AS_NEW, reason: "Abuse" }),
        changeRole(other, { user: user.id, ...AS_NEW, to: "admin" }),
      ]),
    );
    const { won, refusal } = await winnerAndLoser(both);
    expect(refusal.code).toBe("CONFLICT");
    expect(refusal.message).toMatch(won === 0 ? /was banned: “Abuse”/ : /became an administrator/);
    const after = won === 0 ? { role: "user", banned: true } : { role: "admin", banned: false };
    expect(await userRow(user)).toMatchObject(after);
  });
});

describe("a role", () => {
  test("is changed for others, not for oneself, and on record", async () => {
    const [admin, user] = [await newAdmin(), await newUser()];
    await changeRole(admin, { user: user.id, ...AS_NEW, to: "admin" });
    expect(await userRow(user)).toMatchObject({ role: "admin" });
    expect(await audit(user, "user.role_changed")).toMatchObject([{ before: { role: "user" }, after: { role: "admin" } }]);
    const own = changeRole(admin, { user: admin.id, role: "admin", banned: false, to: "user" });
    await expect(own).rejects.toMatchObject({ code: "OWN_ROLE" });
    await expect(changeRole(admin, { user: user.id, ...AS_NEW, to: "admin" })).rejects.toMatchObject({ code: "CONFLICT" });
  });

  test("of the last two administrators, taken by each from the other at once: one of them stays", async () => {
    const [one, other] = [await newAdmin(), await newAdmin()];
    await database.query("UPDATE users SET role = 'user' WHERE NOT id = ANY($1::uuid[])", [[one.id, other.id]]);
    const demote = (admin: CurrentAdmin, { id }: CurrentAdmin) =>
      changeRole(admin, { user: id, role: "admin", banned: false, to: "user" });
    const both = whileHeld(LOCK_OF_ADMINS, () => Promise.allSettled([demote(one, other), demote(other, one)]));
    const { won, refusal } = await winnerAndLoser(both);
    expect(refusal.code).toBe("LAST_ADMIN");
    const left = await database.query("SELECT id FROM users WHERE role = 'admin'");
    expect(left).toStrictEqual([{ id: won === 0 ? one.id : other.id }]);

    // Nor is the last one banned by whom they have just demoted.
    const [last, former] = won === 0 ? [one, other] : [other, one];
    const ban = banUser(former, { user: last.id, role: "admin", banned: false, reason: "Revenge" });
    await expect(ban).rejects.toMatchObject({ code: "LAST_ADMIN" });
    await newAdmin();
    const again = banUser(former, { user: last.id, role: "admin", banned: false, reason: "Revenge" });
    await expect(again).rejects.toMatchObject({ code: "CONFLICT", message: "You are no administrator any more." });
    expect(await userRow(last)).toMatchObject({ role: "admin", banned: false });
  });
});

describe("all of a user's", () => {
  test("sessions are ended; of one's own, all but the one that asks", async () => {
    const [admin, user] = [await newAdmin(), await newUser()];
    const first = await openSession(SYSTEM_ACTOR, user.id, null);
    await openSession(SYSTEM_ACTOR, user.id, null);
    expect(await endSessions(admin, user.id)).toBe(2);
    await expect(refreshTokens(SYSTEM_ACTOR, first.tokens.refresh)).rejects.toMatchObject({ code: "REFRESH_TOKEN_NOT_VALID" });
    expect(await endSessions(admin, user.id)).toBe(0);
    expect(await audit(user, "user.sessions_ended")).toMatchObject([{ after: { sessions_ended: 2 } }]);

    await openSession(admin.actor, admin.id, null);
    expect(await endSessions(admin, admin.id)).toBe(1);
    expect(await database.query("SELECT id FROM sessions WHERE user_id = $1", [admin.id])).toStrictEqual([
      { id: admin.sessionId },
    ]);
  });

  test("keys are revoked, expired ones too, each with an entry of its own; a second time there is nothing to do", async () => {
    const [admin, user, neighbour] = [await newAdmin(), await newUser(), await newUser()];
    const keys = [await newKeyOf(user), await newKeyOf(user), await newKeyOf(user, new Date(0))];
    const other = await newKeyOf(neighbour);
    // Calls are being reported meanwhile, which locks the same rows.
    const [revoked] = await whileHeld(lockOf(user), () =>
      Promise.all([
        revokeAllKeys(admin, user.id),
        recordUsage(keys.map((apiKey, index) => ({ id: String(index), apiKey, delta: 1 }))),
      ]),
    );
    expect(revoked.map(({ name }) => name)).toStrictEqual(["Key", "Key", "Key"]);
    expect(await Promise.all([...keys, other].map(verdict))).toStrictEqual(["REVOKED", "REVOKED", "REVOKED", "VALID"]);
    for (const { id } of revoked) {
      const [entry, ...more] = await audit({ id: String(id) }, "api_key.revoked");
      expect([entry?.actor_id, more]).toStrictEqual([admin.id, []]);
      expect(entry?.after).toStrictEqual({ revoked_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) });
    }
    expect(await revokeAllKeys(admin, user.id)).toStrictEqual([]);
    expect(await audit(user, "user.keys_revoked")).toMatchObject([{ after: { keys_revoked: 3 } }]);
  });
});

test("what nobody has is not there to change", async () => {
  const user = "00000000-0000-4000-8000-000000000000";
  const admin = await newAdmin();
  const nobody = { code: "USER_NOT_FOUND" };
  await expect(getUserPage(admin, user)).rejects.toMatchObject(nobody);
  await expect(getUserPage(admin, "abc")).rejects.toMatchObject(nobody);
  await expect(adjustCredits(admin, { user, amount: 1, reason: "Why", adjustment: "0" })).rejects.toMatchObject(nobody);
  await expect(banUser(admin, { user, ...AS_NEW, reason: "Why" })).rejects.toMatchObject(nobody);
  await expect(changeRole(admin, { user, ...AS_NEW, to: "admin" })).rejects.toMatchObject(nobody);
  await expect(endSessions(admin, user)).rejects.toMatchObject(nobody);
  await expect(revokeAllKeys(admin, user)).rejects.toMatchObject(nobody);
});

describe("The ledger that an owner sees", () => {
  const enter = (user: Someone, amount: number, kind: string, reason: string | null = null) =>
    database.query("INSERT INTO credit_entries (user_id, amount, kind, reason) VALUES ($1, $2, $3::credit_kind, $4)", [
      user.id,
      amount,
      kind,
      reason,
    ]);
  const told = async (user: Someone, before: string | null = null) => {
    const { entries, ...page } = await listLedger(user, before);
    const rows = entries.map(({ kind, amount, reason, balance, spent }) => [kind, amount, reason, balance, spent]);
    return { rows, ...page };
  };

  test("says what came, why, the balance after it, and what calls cost in between; nothing of anybody else", async () => {
    const [user, other] = [await newUser(), await newUser()];
    await enter(user, -84, "usage");
    await enter(other, 7000, "adjustment", "Not theirs");
    await enter(user, 500, "adjustment", `Refund of mf_live_${"a".repeat(32)}`);
    await enter(user, -1500, "usage");
    await enter(user, -100, "adjustment");
    await enter(user, -3, "usage");
    await enter(user, -2, "usage");
    await enter(user, 700, "import", "Balance at datazag");
    expect(await told(user)).toStrictEqual({
      rows: [
        ["import", 700, "Balance at datazag", 511, 5],
        ["adjustment", -100, null, -184, 1500],
        ["adjustment", 500, expect.stringMatching(/^Refund of mf_live_/), 1416, 84],
        ["signup", 1000, null, 1000, 0],
      ],
      spent: 0,
      older: null,
    });
  });

  test("comes in pages that go on where the last one ended", async () => {
    const user = await newUser();
    for (let number = 1; number <= LEDGER_PAGE_SIZE + 4; number += 1) await enter(user, number, "adjustment", `No. ${number}`);
    const first = await listLedger(user, null);
    expect(first.entries).toHaveLength(LEDGER_PAGE_SIZE);
    const second = await listLedger(user, first.older);
    expect(second.entries.map(({ reason }) => reason)).toStrictEqual(["No. 4", "No. 3", "No. 2", "No. 1", null]);
    expect(second.entries.map(({ balance }) => balance)).toStrictEqual([1010, 1006, 1003, 1001, 1000]);
    expect(second).toMatchObject({ spent: null, older: null });
    expect(["", "0", "-1", "x", "1".repeat(19), ["1"]].map((place) => ledgerPlaceSchema.parse(place))).toStrictEqual(
      Array(6).fill(null),
    );
  });

  test("does not count back over more calls than there is time for", async () => {
    const user = await newUser();
    await database.query(
      `SET session_replication_role = replica;
       INSERT INTO credit_entries (user_id, amount, kind) SELECT '${user.id}', -1, 'usage' FROM generate_series(1, 100000);
       UPDATE users SET credits = credits - 100000 WHERE id = '${user.id}';
       SET session_replication_role = origin`,
    );
    await enter(user, 5, "adjustment");
    expect((await told(user)).rows).toStrictEqual([
      ["adjustment", 5, null, -98995, null],
      ["signup", 1000, null, null, null],
    ]);
  });
});
