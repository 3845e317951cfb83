import "server-only";
import { sqlIn, type Transaction } from "@/lib/database/client";
import { statement, word } from "@/lib/database/statements";
import { enterCredits } from "@/lib/ledger/ledger";
import { mailRoute } from "@/lib/notifications/mail";
import { env } from "@/lib/settings/env";
import { lockPerson } from "./locked-person";

type When = "signup" | "confirmed";

const DECIDE = statement(
  "decide-signup-credits",
  {},
  `INSERT INTO installations (id, signup_credits_when)
   SELECT true, CASE WHEN $isMailed::boolean AND NOT EXISTS (SELECT 1 FROM users) THEN 'confirmed' ELSE 'signup' END
   WHERE NOT EXISTS (SELECT 1 FROM installations)
   ON CONFLICT (id) DO NOTHING`,
);
const DECIDED = statement(
  "signup-credits-when",
  { decided: word<When>() },
  "SELECT signup_credits_when AS decided FROM installations",
);

/**
 * What somebody who signs up has at once, and what when the address is confirmed. Where no setting says it, this is decided
 * by the first account for all later ones, so to be asked before an account is made, in its transaction.
 */
export async function divideSignupCredits(tx: Transaction, isConfirmed: boolean): Promise<{ now: number; later: number | null }> {
  const amount = env().SIGNUP_CREDITS;
  const when = env().SIGNUP_CREDITS_WHEN ?? (await readDecision(tx));
  return when === "confirmed" && !isConfirmed ? { now: 0, later: amount } : { now: amount, later: null };
}

async function readDecision(tx: Transaction): Promise<When> {
  await sqlIn(tx, DECIDE, { isMailed: mailRoute() === "out" });
  const [row] = await sqlIn(tx, DECIDED, {});
  return row?.decided ?? "signup";
}

/** Marks the address as confirmed, and so the account as proved, in the caller's transaction, and gives what waited for that. Answers how much it was. */
export async function confirmAddress(tx: Transaction, userId: string): Promise<number> {
  await lockPerson(tx, userId);
  const { creditsOnConfirmation } = await tx.user.findUniqueOrThrow({
    where: { id: userId },
    select: { creditsOnConfirmation: true },
  });
  const data = { emailVerified: true, unproven: false, creditsOnConfirmation: null };
  await tx.user.update({ where: { id: userId }, data, select: { id: true } });
  const amount = Number(creditsOnConfirmation ?? 0);
  await enterCredits(tx, { userId, amount, kind: "signup" });
  return amount;
}
