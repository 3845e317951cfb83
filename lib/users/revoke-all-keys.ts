import "server-only";
import { type CredentialFormat, maskCredential } from "@latchkey/rule/credentials";
import { whereRevocable } from "@latchkey/rule/sql";
import type { CurrentAdmin } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { db, sqlIn } from "@/lib/database/client";
import { int, statement, text, word } from "@/lib/database/statements";
import { lockUser } from "./locked-user";

export type RevokedKey = { id: number; name: string; masked: string };

const REVOKE_ALL = statement(
  "revoke-all-keys",
  { id: int, name: text, format: word<CredentialFormat>(), hint: text },
  `WITH found AS MATERIALIZED (
     SELECT id FROM api_keys k WHERE user_id = $owner::uuid AND ${whereRevocable("k")}
     ORDER BY id FOR NO KEY UPDATE
   ), revoked AS (
     UPDATE api_keys k SET revoked_at = now(), revoked_by = 'staff' FROM found WHERE k.id = found.id
     RETURNING k.id, k.name, k.format::text, k.hint, k.revoked_at
   ), noted AS (
     INSERT INTO audit_entries (actor_kind, actor_id, address, request_id, action, target_kind, target_id, before, after)
     SELECT $actorKind, $actorId::uuid, $address, $requestId, 'api_key.revoked', 'api_key', id::text,
       '{"revoked_at":null}'::jsonb,
       jsonb_build_object('revoked_at', to_char(revoked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
     FROM revoked
   )
   SELECT id, name, format, hint FROM revoked ORDER BY id`,
);

/**
 * Ends every key of a user that is not revoked yet, expired ones too, for good. Answers those that it ended: none when
 * somebody else was quicker.
 * @throws AppError USER_NOT_FOUND
 */
export async function revokeAllKeys({ actor }: CurrentAdmin, userId: string): Promise<RevokedKey[]> {
  return db().$transaction(async (tx) => {
    // The owner first, as reports of usage do, so that the two never wait for one another.
    await lockUser(tx, userId);
    const revoked = await sqlIn(tx, REVOKE_ALL, {
      owner: userId,
      actorKind: actor.kind,
      actorId: actor.userId,
      address: actor.address,
      requestId: actor.requestId,
    });
    if (revoked.length > 0) {
      await recordAudit(tx, actor, {
        action: "user.keys_revoked",
        target: { kind: "user", id: userId },
        after: { keys_revoked: revoked.length },
      });
    }
    return revoked.map(({ id, name, format, hint }) => ({ id, name, masked: maskCredential(format, hint) }));
  });
}
