import "server-only";
import { randomUUID } from "node:crypto";
import { type Actor, callerName } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { db, type Run, sql, sqlIn, type Transaction } from "@/lib/database/client";
import { claimOnce, describeOnce } from "@/lib/database/idempotency";
import { statement, uuid } from "@/lib/database/statements";
import { divideSignupCredits } from "@/lib/identity/signup-credits";
import { enterCredits } from "@/lib/ledger/ledger";
import { AppError, unavailable } from "@/lib/values/errors";
import { Prisma } from "@/prisma/generated/client";
import type { NewAccount } from "./account-schemas";
import { type Account, getAccount } from "./accounts";

const EXISTING = statement(
  "existing-account",
  { id: uuid },
  `SELECT id FROM users WHERE email = $email
   UNION ALL SELECT user_id FROM former_ids WHERE source = $source AND id = $external`,
);

/**
 * Makes an account without a password for one of staff's systems. Nobody has proved the address: whoever does, by a mailed link
 * or a trusted issuer's token, has the account. `isNew` is false for the repeat of a request.
 * @throws AppError USER_EXISTS, also for an id elsewhere that somebody has, IDEMPOTENCY_KEY_MISMATCH
 */
export async function createAccount(
  actor: Actor,
  input: NewAccount,
  header: string | null,
): Promise<{ user: Account; isNew: boolean }> {
  const once = describeOnce(callerName(actor), "create-user", header, input);
  const id = randomUUID();
  try {
    return await db().$transaction(async (tx) => {
      const run: Run = (statement, values) => sqlIn(tx, statement, values);
      const earlier = once && (await claimOnce(run, once, id));
      if (earlier) return { user: await getAccount(earlier, run), isNew: false };
      await createIn(tx, actor, id, input);
      return { user: await getAccount(id, run), isNew: true };
    });
  } catch (error) {
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002") throw await userExists(input, error);
    throw error;
  }
}

async function createIn(tx: Transaction, actor: Actor, id: string, input: NewAccount): Promise<void> {
  const { email, first_name: firstName, last_name: lastName, external_id: externalId, source } = input;
  const credits = input.credits === null ? await divideSignupCredits(tx, false) : { now: input.credits, later: null };
  await tx.user.create({
    data: {
      id,
      email,
      firstName,
      lastName,
      name: `${firstName} ${lastName}`.trim(),
      creditsOnConfirmation: credits.later,
      unproven: true,
    },
    select: { id: true },
  });
  if (externalId !== null) {
    await tx.formerId.create({ data: { source, id: externalId, userId: id }, select: { id: true } });
  }
  await enterCredits(tx, { userId: id, amount: credits.now, kind: "signup" });
  await recordAudit(tx, actor, {
    action: "user.created",
    target: { kind: "user", id },
    after: { email, role: "user", credits: credits.now, ...(externalId !== null && { source, external_id: externalId }) },
  });
}

async function userExists({ email, source, external_id: external }: NewAccount, cause: unknown): Promise<AppError> {
  const [user] = await sql(EXISTING, { email, source, external });
  return user ? new AppError("USER_EXISTS", { facts: { user: { id: user.id } }, cause }) : unavailable(1, { cause });
}
