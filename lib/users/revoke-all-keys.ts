import "server-only";
import type { CurrentAdmin } from "@/lib/audit/actors";
import { db } from "@/lib/database/client";
import { type RevokedKey, revokeAllIn } from "@/lib/keys/revoke-all";
import { lockUser } from "./locked-user";

/**
 * Ends every key of a user that is not revoked yet, expired ones too, for good. Answers those that it ended: none when
 * somebody else was quicker.
 * @throws AppError USER_NOT_FOUND
 */
export async function revokeAllKeys({ actor }: CurrentAdmin, userId: string): Promise<RevokedKey[]> {
  return db().$transaction(async (tx) => {
    await lockUser(tx, userId);
    return revokeAllIn(tx, actor, userId);
  });
}
