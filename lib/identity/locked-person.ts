import "server-only";
import type { Transaction } from "@/lib/database/client";

/** Held until the transaction ends. Who ends what speaks for a person begins here, and so never waits crosswise. */
export async function lockPerson(tx: Transaction, userId: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM users WHERE id = ${userId}::uuid FOR NO KEY UPDATE`;
}
