import "server-only";
import { createHash, randomBytes } from "node:crypto";
import { db, sql, sqlIn, type Transaction } from "@/lib/database/client";
import { statement, text } from "@/lib/database/statements";
import { DAY_MS } from "@/lib/values/days";
import { AppError, ERRORS } from "@/lib/values/errors";
import { lockPerson } from "./locked-person";

/** What an operator passes on says nothing of whose address it is: the link of a reset that was mailed does. */
const LIFETIME_MS = { "reset-password": 3600 * 1000, "operator-reset": 3600 * 1000, "verify-email": DAY_MS };
export type Purpose = keyof typeof LIFETIME_MS;
const PURPOSES = Object.keys(LIFETIME_MS) as Purpose[];

const SPEND = statement(
  "spend-token",
  { value: text },
  "DELETE FROM verifications WHERE identifier = $identifier AND expires_at > now() RETURNING value",
);

const FIND = statement(
  "find-token",
  { value: text },
  "SELECT value FROM verifications WHERE identifier = $identifier AND expires_at > now()",
);

/** A secret of 256 bits that speaks for the user once. Only its hash is stored, and it takes the place of older ones. */
export async function issueToken(purpose: Purpose, userId: string): Promise<string> {
  return db().$transaction((tx) => issueTokenIn(tx, purpose, userId));
}

/** The same as part of something larger. */
export async function issueTokenIn(tx: Transaction, purpose: Purpose, userId: string): Promise<string> {
  const token = randomBytes(32).toString("base64url");
  await tx.verification.deleteMany({
    where: { OR: [{ value: ownerOf(purpose, userId) }, { expiresAt: { lt: new Date() } }] },
  });
  await tx.verification.create({
    data: {
      identifier: identifierOf(purpose, token),
      value: ownerOf(purpose, userId),
      expiresAt: new Date(Date.now() + LIFETIME_MS[purpose]),
    },
    select: { id: true },
  });
  return token;
}

/** Ends every link that was mailed to the user, in the caller's transaction. */
export async function endMailedTokens(tx: Transaction, userId: string): Promise<void> {
  const values = PURPOSES.map((purpose) => ownerOf(purpose, userId));
  await tx.verification.deleteMany({ where: { value: { in: values } } });
}

/** Whom a token speaks for. Null when it has expired, was used, or is none. */
export async function findTokenOwner(purpose: Purpose, token: string): Promise<string | null> {
  const [found] = await sql(FIND, { identifier: identifierOf(purpose, token) });
  return found ? userOf(found.value) : null;
}

/**
 * Uses up a token of the user's in the caller's transaction: of several at once, one gets an answer. The user is locked first,
 * so that two links of one person never wait for one another.
 * @throws AppError LINK_NOT_VALID
 */
export async function spendToken(tx: Transaction, purpose: Purpose, token: string, userId: string): Promise<void> {
  await lockPerson(tx, userId);
  const [spent] = await sqlIn(tx, SPEND, { identifier: identifierOf(purpose, token) });
  if (!spent || userOf(spent.value) !== userId) throw deadLink();
  if (purpose === "verify-email") await keepAsSpent(tx, token, userId);
}

const SPENT = "verify-email-spent";

/** As long as the link might still be clicked again: who does is told that all is done. It speaks for nobody any more. */
async function keepAsSpent(tx: Transaction, token: string, userId: string): Promise<void> {
  const expiresAt = new Date(Date.now() + LIFETIME_MS["verify-email"]);
  await tx.verification.create({
    data: { identifier: identifierOf(SPENT, token), value: ownerOf(SPENT, userId), expiresAt },
    select: { id: true },
  });
}

/** Whose address was confirmed with this link, within a day. Null for any other. */
export async function findConfirmedBy(token: string): Promise<string | null> {
  const [found] = await sql(FIND, { identifier: identifierOf(SPENT, token) });
  return found ? userOf(found.value) : null;
}

export function deadLink(): AppError {
  return new AppError("LINK_NOT_VALID", { fields: { non_field_errors: [ERRORS.LINK_NOT_VALID.message] } });
}

function identifierOf(purpose: Purpose | typeof SPENT, token: string): string {
  return createHash("sha256").update(`${purpose}:${token}`).digest("base64url");
}

function userOf(value: string): string {
  return value.split(" ")[1] ?? "";
}

function ownerOf(purpose: Purpose | typeof SPENT, userId: string): string {
  return `${purpose} ${userId}`;
}
