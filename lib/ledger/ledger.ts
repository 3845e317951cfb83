import "server-only";
import type { Transaction } from "@/lib/database/client";
import type { CreditKind } from "@/prisma/generated/client";

/**
 * Writes a ledger entry in the caller's transaction; the database moves the balance with it (see the trigger in the
 * first migration). An entry of nothing is not written.
 */
export async function enterCredits(
  tx: Transaction,
  entry: { userId: string; amount: number; kind: CreditKind; reason?: string },
): Promise<void> {
  if (entry.amount === 0) return;
  await tx.creditEntry.create({ data: entry, select: { id: true } });
}
