import "server-only";
import type { CurrentAdmin } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { db, type Transaction } from "@/lib/database/client";
import { enterCredits } from "@/lib/ledger/ledger";
import { MAX_CREDITS } from "@/lib/ledger/limits";
import { AppError } from "@/lib/values/errors";
import { lockUser } from "./locked-user";
import type { AdjustCreditsInput } from "./schemas";

/** An entry of the ledger that staff made, or an import. `id` is "0" when there is none. */
export type Adjustment = { id: string; amount: number; reason: string | null; at: Date };

/**
 * Adds credits, or removes some that are there, by an entry in the ledger. Answers the new balance. Usage moves balances
 * at any time and is no conflict; another adjustment since the one that the form knew of is.
 * @throws AppError USER_NOT_FOUND, CONFLICT, INSUFFICIENT_CREDITS, INVALID_INPUT with fields
 */
export async function adjustCredits(admin: CurrentAdmin, input: AdjustCreditsInput): Promise<number> {
  return db().$transaction(async (tx) => {
    const user = await lockUser(tx, input.user);
    const [latest] = await listAdjustments(tx, user.id, 1);
    if (latest && latest.id !== input.adjustment) throw conflict(latest, user.credits);
    const balance = balanceAfter(user.credits, input.amount);
    await enterCredits(tx, { userId: user.id, amount: input.amount, kind: "adjustment", reason: input.reason });
    await recordAudit(tx, admin.actor, {
      action: "user.credits_adjusted",
      target: { kind: "user", id: user.id },
      before: { credits: user.credits },
      after: { credits: balance, amount: input.amount, reason: input.reason },
    });
    return balance;
  });
}

/** The latest changes by staff, or what was imported, the newest first. */
export async function listAdjustments(
  tx: Pick<Transaction, "creditEntry">,
  userId: string,
  limit: number,
  kind: "adjustment" | "import" = "adjustment",
): Promise<Adjustment[]> {
  const entries = await tx.creditEntry.findMany({
    where: { userId, kind },
    orderBy: { id: "desc" },
    take: limit,
    select: { id: true, amount: true, reason: true, at: true },
  });
  return entries.map((entry) => ({ ...entry, id: String(entry.id), amount: Number(entry.amount) }));
}

/** @throws AppError INSUFFICIENT_CREDITS, INVALID_INPUT with fields */
export function balanceAfter(credits: number, amount: number): number {
  const balance = credits + amount;
  if (amount < 0 && balance < 0) throw insufficient(credits);
  if (balance <= MAX_CREDITS) return balance;
  const message = `The balance would be more than ${figure(MAX_CREDITS)}, the most that is kept.`;
  throw new AppError("INVALID_INPUT", { message, fields: { amount: [message] } });
}

function conflict({ amount, reason }: Adjustment, credits: number): AppError {
  const change = amount > 0 ? `${figure(amount)} credits were added` : `${figure(-amount)} credits were removed`;
  const why = reason ? ` (“${reason}”)` : "";
  return new AppError("CONFLICT", {
    message: `Nothing was done. Meanwhile, ${change}${why}; the balance is now ${figure(credits)}.`,
  });
}

function insufficient(credits: number): AppError {
  const message = credits > 0 ? `There are only ${figure(credits)} credits to remove.` : "There are no credits to remove.";
  return new AppError("INSUFFICIENT_CREDITS", { message, fields: { amount: [message] } });
}

function figure(amount: number): string {
  return amount.toLocaleString("en-GB");
}
