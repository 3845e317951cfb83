import { afterAll, beforeAll, expect, test } from "vitest";
import type { Actor, CurrentUser } from "../../lib/audit/actors";
import { registerUser } from "../../lib/identity/accounts";
import { attemptInSession } from "../../lib/identity/attempts";
import { findCostliest } from "../../lib/identity/failure-time";
import { changePassword, confirmPassword } from "../../lib/identity/passwords";
import { openSession, signIn } from "../../lib/identity/sessions";
import { randomEmail } from "../support/client";
import { failureTimeAt } from "../support/failure-time";
import { ownDatabase, type ScratchDatabase } from "../support/scratch-database";

let database: ScratchDatabase;

const clocked = failureTimeAt({ bcrypt: 300, pbkdf2_sha256: 200 }, findCostliest);

beforeAll(async () => {
  database = await ownDatabase();
  Object.assign(globalThis, { latchkeyFailureTime: clocked.time });
});
afterAll(async () => {
  Object.assign(globalThis, { latchkeyFailureTime: undefined });
  await database.drop();
});

const OWN = "a long sentence";
const HASHES: [name: string, password: string, hash: string][] = [
  ["bcrypt", "U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"],
  ["PBKDF2", "lètmein", "pbkdf2_sha256$10000$seasalt$CWWFdHOWwPnki7HvkcqN9iA2T3KLW1cf2uZ5kvArtVY="],
  [
    "Argon2id",
    "lètmein",
    "argon2$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHRzb21lc2FsdA$JXXOn4e+JiDG8U9LYhOIM4HmaMIUjMoSFuEq28EpMNs",
  ],
  [
    "scrypt",
    "lètmein",
    "scrypt$16384$seasalt$8$1$Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafTJ7tibgfYz71m0ldQESkXFRkdVCBhhY8mx7rQwite/Pw==",
  ],
];

const STRANGER: Actor = { kind: "user", userId: null, address: "192.0.2.9", requestId: null };
const caller = () => ({
  actor: { ...STRANGER, address: `198.51.100.${Math.ceil(Math.random() * 250)}` },
  headers: new Headers(),
});

async function person(hash?: string): Promise<CurrentUser> {
  const input = { email: randomEmail(), password: OWN, first_name: "Asha", last_name: "Mrema" };
  const { id, email } = await registerUser(STRANGER, input);
  if (hash) await database.query("UPDATE accounts SET password = $2 WHERE user_id = $1", [id, hash]);
  const { sessionId } = await openSession(STRANGER, id, null);
  return { id, email, sessionId, actor: { ...STRANGER, userId: id, sessionId } };
}

const storedHash = async ({ id }: CurrentUser) =>
  (await database.query<{ password: string }>("SELECT password FROM accounts WHERE user_id = $1", [id]))[0]?.password;

/** What was waited for while something failed. */
async function waitsOf(failing: Promise<unknown>): Promise<number[]> {
  const before = clocked.waited().length;
  await expect(failing).rejects.toMatchObject({ status: 400 });
  return clocked.waited().slice(before);
}

test("where nobody has a foreign one, no failure waits", async () => {
  const user = await person();
  expect(await waitsOf(signIn(caller(), user.email, "wrong"))).toStrictEqual([]);
});

test("every door answers a wrong password at the time of the slowest form, whatever the form of the account’s own", async () => {
  clocked.pass(5_000);
  const [, , bcrypt] = HASHES[0] ?? [];
  const [, , pbkdf2] = HASHES[1] ?? [];
  const people = [await person(), await person(bcrypt), await person(pbkdf2), await person("!unusable"), await person()];
  await database.query("DELETE FROM accounts WHERE user_id = $1", [people.at(-1)?.id]);
  for (const user of people) {
    expect(await waitsOf(signIn(caller(), user.email, "wrong"))).toStrictEqual([600]);
    const change = { current: "wrong", next: { text: "another long sentence", field: "new_password" } };
    expect(await waitsOf(attemptInSession(user, { run: () => changePassword(user, change) }))).toStrictEqual([600]);
    expect(await waitsOf(attemptInSession(user, { run: () => confirmPassword(user, "wrong") }))).toStrictEqual([600]);
  }
  expect(await waitsOf(signIn(caller(), randomEmail(), "wrong"))).toStrictEqual([600]);
  const before = clocked.waited().length;
  await signIn(caller(), people[0]?.email ?? "", OWN);
  expect(clocked.waited()).toHaveLength(before);
});

test.each(HASHES)("%s signs in, and is ours from then on", async (_, password, hash) => {
  const user = await person(hash);
  await expect(signIn(caller(), user.email, `${password}!`)).rejects.toMatchObject({ code: "INVALID_CREDENTIALS" });
  expect(await storedHash(user)).toBe(hash);
  await signIn(caller(), user.email, password);
  const kept = await storedHash(user);
  expect(kept).toMatch(/^[0-9a-f]{32}:[0-9a-f]{128}$/);
  await signIn(caller(), user.email, password);
  expect(await storedHash(user)).toBe(kept);
});

test("the costliest that may be checked is found for each form, and what may not be is passed over", async () => {
  const bcrypt = HASHES[0]?.[2] ?? "";
  const pbkdf2 = HASHES[1]?.[2] ?? "";
  for (const hash of [
    bcrypt.replace("$05$", "$09$"),
    bcrypt.replace("$05$", "$31$"),
    pbkdf2.replace("$10000$", "$900$"),
    pbkdf2.replace("$10000$", "$9999999$"),
    "pbkdf2_sha256$many$seasalt$CWWFdHOWwPnki7HvkcqN9iA2T3KLW1cf2uZ5kvArtVY=",
    HASHES[2]?.[2] ?? "",
    HASHES[3]?.[2] ?? "",
  ])
    await person(hash);
  const found = (await findCostliest()).map(({ form, work }) => [form, work]);
  expect(Object.fromEntries(found)).toMatchObject({ bcrypt: 512, pbkdf2_sha256: 10_000, argon2id: 512, scrypt: 131_072 });
});
