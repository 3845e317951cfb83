import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SYSTEM_ACTOR } from "../../lib/audit/actors";
import { registerUser } from "../../lib/identity/accounts";
import { verifyEmail } from "../../lib/identity/email-verification";
import { randomEmail } from "../support/client";
import { ownDatabase, type ScratchDatabase } from "../support/scratch-database";

// A new installation that sends mail, where nobody said when sign-up credits are given.

let database: ScratchDatabase;

beforeAll(async () => {
  database = await ownDatabase();
  Object.assign(process.env, { SMTP_URL: "smtp://127.0.0.1:9", APP_URL: "https://keys.example.com" });
});
afterAll(() => database.drop());

const register = (special = {}) =>
  registerUser(
    SYSTEM_ACTOR,
    { email: randomEmail(), password: "a long password", first_name: "Asha", last_name: "Mrema" },
    special,
  );
const creditsOf = async ({ id }: { id: string }) => {
  const [row] = await database.query<{ credits: number; entries: number }>(
    `SELECT credits::int, (SELECT count(*)::int FROM credit_entries WHERE user_id = u.id AND kind = 'signup') AS entries
     FROM users u WHERE id = $1`,
    [id],
  );
  return row;
};

/** A link's secret, stored as if another request had made it at the same time. */
async function linkFor({ id }: { id: string }): Promise<string> {
  const { createHash } = await import("node:crypto");
  const token = randomUUID();
  await database.query(
    "INSERT INTO verifications (id, identifier, value, expires_at, updated_at) VALUES (gen_random_uuid(), $1, $2, now() + interval '1 hour', now())",
    [createHash("sha256").update(`verify-email:${token}`).digest("base64url"), `verify-email ${id}`],
  );
  return token;
}

test("credits wait for the address to be confirmed, are given once, and on record", async () => {
  const [first, second] = await Promise.all([register(), register()]);
  expect([await creditsOf(first), await creditsOf(second)]).toStrictEqual(Array(2).fill({ credits: 0, entries: 0 }));
  const links = await Promise.all([1, 2, 3].map(() => linkFor(first)));
  await Promise.all(links.map((link) => verifyEmail(SYSTEM_ACTOR, link, { visitor: null, answer: null })));
  expect(await creditsOf(first)).toStrictEqual({ credits: 1000, entries: 1 });
  expect(await creditsOf(second)).toStrictEqual({ credits: 0, entries: 0 });
  const written = await database.query(
    "SELECT before, after FROM audit_entries WHERE target_id = $1 AND action = 'user.email_verified' ORDER BY id",
    [first.id],
  );
  expect(written.map(({ after }) => after)).toStrictEqual([{ credits: 1000 }, null, null]);
});

test("somebody whose address is known from the start has credits at once", async () => {
  expect(await creditsOf(await register({ emailVerified: true }))).toStrictEqual({ credits: 1000, entries: 1 });
});

test("what was decided stays, also when mail is no longer sent; an installation that stood before gives credits at sign-up", async () => {
  const decided = () => database.query("SELECT signup_credits_when FROM installations");
  expect(await decided()).toStrictEqual([{ signup_credits_when: "confirmed" }]);
  await database.query("DELETE FROM installations");
  const user = await register();
  expect(await creditsOf(user)).toStrictEqual({ credits: 1000, entries: 1 });
  expect(await decided()).toStrictEqual([{ signup_credits_when: "signup" }]);
  await verifyEmail(SYSTEM_ACTOR, await linkFor(user), { visitor: null, answer: null });
  expect(await creditsOf(user)).toStrictEqual({ credits: 1000, entries: 1 });
});
