import "server-only";
import { type Actor, callerName } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { db, type Run, sqlIn } from "@/lib/database/client";
import { claimOnce, describeOnce } from "@/lib/database/idempotency";
import { enterOnce, findEntry, findReferenced, type LedgerRow, nextEntryId } from "@/lib/ledger/once";
import { AppError } from "@/lib/values/errors";
import type { CreditChange } from "./account-schemas";
import { type Account, getAccount } from "./accounts";
import { balanceAfter } from "./adjust-credits";
import { lockUser } from "./locked-user";

export type CreditsChanged = { user: Account; entry: LedgerRow };

/**
 * Adds credits for one of staff's systems, or takes some that are there: once for each reference and each Idempotency-Key, whose
 * repeats are answered with the first entry.
 * @throws AppError USER_NOT_FOUND, INSUFFICIENT_CREDITS, INVALID_INPUT, REFERENCE_MISMATCH, IDEMPOTENCY_KEY_MISMATCH
 */
export async function changeCredits(
  actor: Actor,
  userId: string,
  input: CreditChange,
  header: string | null,
): Promise<CreditsChanged> {
  const once = describeOnce(callerName(actor), "change-credits", header, [userId, input]);
  return db().$transaction(async (tx) => {
    const run: Run = (statement, values) => sqlIn(tx, statement, values);
    const { credits } = await lockUser(tx, userId);
    const known = input.reference ? await findReferenced(run, input.reference) : null;
    const id = known?.id ?? (await nextEntryId(run));
    const earlier = once && (await claimOnce(run, once, String(id)));
    const first = earlier ? await findEntry(run, earlier) : known;
    if (first) return { user: await getAccount(userId, run), entry: requireSame(first, userId, input) };
    const balance = balanceAfter(credits, input.amount);
    const entry = await enterOnce(run, { id, user: userId, ...input });
    // Somebody else's, in the same moment.
    if (!entry) throw new AppError("REFERENCE_MISMATCH");
    const { amount, reason, reference } = input;
    await recordAudit(tx, actor, {
      action: "user.credits_adjusted",
      target: { kind: "user", id: userId },
      before: { credits },
      after: { credits: balance, amount, reason, ...(reference !== null && { reference }) },
    });
    return { user: await getAccount(userId, run), entry };
  });
}

/** What moves a balance has to be the same; a reason may be worded anew. */
function requireSame(first: LedgerRow, userId: string, { amount }: CreditChange): LedgerRow {
  if (first.user_id !== userId || first.amount !== amount) throw new AppError("REFERENCE_MISMATCH");
  return first;
}
