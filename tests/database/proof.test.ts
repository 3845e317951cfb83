import { createHash, randomUUID } from "node:crypto";
import { hashPassword } from "better-auth/crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Actor, CurrentAdmin, CurrentUser } from "../../lib/audit/actors";
import { registerUser } from "../../lib/identity/accounts";
import { resetPassword } from "../../lib/identity/password-reset";
import { changePassword } from "../../lib/identity/passwords";
import { endSession, openSession, signIn } from "../../lib/identity/sessions";
import { createKey } from "../../lib/keys/create";
import { disableKey, enableKey } from "../../lib/keys/pause";
import { regenerateKey } from "../../lib/keys/regenerate";
import { banUser, endSessions } from "../../lib/users/bans";
import { grantAdmin } from "../../lib/users/grant-admin";
import { changeRole } from "../../lib/users/roles";
import { randomEmail } from "../support/client";
import { whileLocked } from "../support/races";
import { ownDatabase, type ScratchDatabase } from "../support/scratch-database";

let database: ScratchDatabase;

beforeAll(async () => {
  database = await ownDatabase();
});
afterAll(() => database.drop());

const STRANGER: Actor = { kind: "user", userId: null, address: "192.0.2.9", requestId: null };
const PASSWORD = "a long sentence";
const NEW_KEY = { name: "Key", permissions: ["read"], expiresAt: null, format: "mf_live" } as const;

/** Whoever signed up with an address, signed in. */
async function squatter(): Promise<CurrentUser> {
  const input = { email: randomEmail(), password: PASSWORD, first_name: "Asha", last_name: "Mrema" };
  const { id, email } = await registerUser(STRANGER, input);
  const { sessionId } = await openSession(STRANGER, id, null);
  return { id, email, sessionId, actor: { ...STRANGER, userId: id, sessionId } };
}

const make = ({ actor, id }: CurrentUser) => createKey(actor, id, { ...NEW_KEY, permissions: ["read"] });

async function resetLink({ id }: { id: string }, purpose = "reset-password"): Promise<string> {
  const token = randomUUID();
  const identifier = createHash("sha256").update(`${purpose}:${token}`).digest("base64url");
  await database.query(
    "INSERT INTO verifications (id, identifier, value, expires_at, updated_at) VALUES (gen_random_uuid(), $1, $2, now() + interval '1 hour', now())",
    [identifier, `${purpose} ${id}`],
  );
  return token;
}

const reset = async (user: { id: string }, text = "of whose address it is") =>
  resetPassword(STRANGER, await resetLink(user), { text, field: "password" });
const sessionsOf = ({ id }: { id: string }) => database.query("SELECT 1 FROM sessions WHERE user_id = $1", [id]);
const working = ({ id }: { id: string }) =>
  database.query("SELECT uuid FROM api_keys WHERE user_id = $1 AND revoked_at IS NULL AND disabled_at IS NULL", [id]);

test("a session that has ended since it was let in makes no key and changes none", async () => {
  const user = await squatter();
  const { uuid } = await make(user);
  await disableKey(user, uuid);
  await endSession(user.actor, { userId: user.id, sessionId: user.sessionId ?? "" });
  const refused = { code: "TOKEN_NOT_VALID" };
  await expect(make(user)).rejects.toMatchObject(refused);
  await expect(createKey(user.actor, user.id, { ...NEW_KEY, permissions: [], idempotencyKey: "once" })).rejects.toMatchObject(
    refused,
  );
  await expect(enableKey(user, uuid)).rejects.toMatchObject(refused);
  await expect(regenerateKey(user, uuid, { graceSeconds: 0 })).rejects.toMatchObject(refused);
  expect(await database.query("SELECT uuid, disabled_by FROM api_keys WHERE user_id = $1", [user.id])).toStrictEqual([
    { uuid, disabled_by: "owner" },
  ]);
});

const held = <Result>(text: string, { id }: { id: string }, waiting: number, begin: () => Promise<Result>) =>
  whileLocked({ text, values: [id] }, waiting, begin, database.url);
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error) => error.code,
  );

test("a key that is asked for while the session ends is not made", async () => {
  const user = await squatter();
  expect(await held("DELETE FROM sessions WHERE user_id = $1", user, 1, () => codeOf(make(user)))).toBe("TOKEN_NOT_VALID");
  expect(await working(user)).toStrictEqual([]);
});

test("a key that is being made while the address is proved does not work afterwards", async () => {
  const user = await squatter();
  await held("SELECT 1 FROM users WHERE id = $1 FOR UPDATE", user, 2, () => Promise.all([codeOf(make(user)), reset(user)]));
  expect(await working(user)).toStrictEqual([]);
  expect(await sessionsOf(user)).toStrictEqual([]);
});

test("a session that is opened with the former password while it changes is none", async () => {
  const user = await squatter();
  const enter = () => codeOf(signIn({ actor: STRANGER, headers: new Headers() }, user.email, PASSWORD));
  expect(await held("UPDATE accounts SET password = 'another' WHERE user_id = $1", user, 1, enter)).toBe("INVALID_CREDENTIALS");
  expect(await sessionsOf(user)).toHaveLength(1);
});

test("a sign-in of a password that was only hashed anew meanwhile goes on", async () => {
  const user = await squatter();
  const again = await hashPassword(PASSWORD);
  const enter = () => codeOf(signIn({ actor: STRANGER, headers: new Headers() }, user.email.toUpperCase(), PASSWORD));
  expect(await held(`UPDATE accounts SET password = '${again}' WHERE user_id = $1`, user, 1, enter)).toBe("done");
});

test("links and a change of the password that come at once never wait for one another", async () => {
  const user = await squatter();
  const links = await Promise.all([resetLink(user), resetLink(user)]);
  const next = { text: "an entirely new one", field: "newPassword" };
  const text = "of whose address it is";
  const codes = await held("UPDATE accounts SET updated_at = now() WHERE user_id = $1", user, 3, () =>
    Promise.all([
      codeOf(changePassword(user, { current: PASSWORD, next })),
      ...links.map((token) => codeOf(resetPassword(STRANGER, token, { text, field: "password" }))),
    ]),
  );
  for (const code of codes) expect(["done", "LINK_NOT_VALID", "CONFLICT", "WRONG_PASSWORD"]).toContain(code);
  expect(codes).toContain("done");
});

test("a ban, the end of all sessions and another role end links that were mailed", async () => {
  const admin = await squatter();
  await database.query("UPDATE users SET role = 'admin' WHERE id = $1", [admin.id]);
  const staff = { ...admin, actor: { ...admin.actor, kind: "admin" } } as CurrentAdmin;
  const ends: ((user: CurrentUser) => Promise<unknown>)[] = [
    ({ id: user }) => banUser(staff, { user, role: "user", banned: false, reason: "Abuse" }),
    ({ id }) => endSessions(staff, id),
    ({ id: user }) => changeRole(staff, { user, role: "user", banned: false, to: "admin" }),
    ({ email }) => grantAdmin(STRANGER, email),
  ];
  for (const end of ends) {
    const user = await squatter();
    const tokens = [await resetLink(user), await resetLink(user, "operator-reset")];
    await resetLink(user, "verify-email");
    await end(user);
    for (const token of tokens)
      await expect(resetPassword(STRANGER, token, { text: "one more of mine", field: "password" })).rejects.toMatchObject({
        code: "LINK_NOT_VALID",
      });
    expect(await database.query("SELECT 1 FROM verifications WHERE value LIKE '%' || $1", [user.id])).toStrictEqual([]);
  }
});
