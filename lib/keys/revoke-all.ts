import "server-only";
import { type KeyFormat, maskCredential } from "@latchkey/rule/credentials";
import { whereRevocable, whereUsable } from "@latchkey/rule/sql";
import type { Actor, CurrentUser } from "@/lib/audit/actors";
import { sqlChangeOf } from "@/lib/audit/receipts";
import { recordAudit, sqlInstant } from "@/lib/audit/record";
import { db, sql, sqlIn, type Transaction } from "@/lib/database/client";
import { int, nullable, statement, text, word } from "@/lib/database/statements";
import { lockPerson } from "@/lib/identity/locked-person";
import { enderOf } from "./pause";

export type RevokedKey = { id: number; name: string; masked: string };

const REVOKE_ALL = statement(
  "revoke-all-keys",
  { id: int, name: text, format: word<KeyFormat>(), hint: text },
  `WITH found AS MATERIALIZED (
     SELECT id FROM api_keys k WHERE user_id = $owner::uuid AND ${whereRevocable("k")}
     ORDER BY id FOR NO KEY UPDATE
   ), revoked AS (
     UPDATE api_keys k SET revoked_at = now(), revoked_by = $by FROM found WHERE k.id = found.id
     RETURNING k.id, k.name, k.format::text, k.hint, k.revoked_at
   ), noted AS (
     INSERT INTO audit_entries (actor_kind, actor_id, address, request_id, action, target_kind, target_id, before, after)
     SELECT $actorKind, $actorId::uuid, $address, $requestId, 'api_key.revoked', 'api_key', id::text,
       '{"revoked_at":null}'::jsonb,
       jsonb_build_object('revoked_at', ${sqlInstant("revoked_at")})
     FROM revoked
   )
   SELECT id, name, format, hint FROM revoked ORDER BY id`,
);

/**
 * Ends every key of a user that is not revoked yet, expired ones too, for good. The owner is locked by then, as reports of
 * usage do it first: so the two never wait for one another.
 */
export async function revokeAllIn(tx: Transaction, actor: Actor, owner: string): Promise<RevokedKey[]> {
  const { kind: actorKind, userId: actorId, address, requestId } = actor;
  const revoked = await sqlIn(tx, REVOKE_ALL, { owner, by: enderOf(actor), actorKind, actorId, address, requestId });
  if (revoked.length > 0) {
    await recordAudit(tx, actor, {
      action: "user.keys_revoked",
      target: { kind: "user", id: owner },
      after: { keys_revoked: revoked.length },
    });
  }
  return revoked.map(({ id, name, format, hint }) => ({ id, name, masked: maskCredential(format, hint) }));
}

/** Ends every key of one's own. Answers how many. */
export async function revokeOwnKeys({ id, actor }: CurrentUser): Promise<number> {
  return db().$transaction(async (tx) => {
    await lockPerson(tx, id);
    return (await revokeAllIn(tx, actor, id)).length;
  });
}

const COUNT = statement(
  "count-revocable-keys",
  { all: int, working: int },
  `SELECT count(*) AS all, count(*) FILTER (WHERE ${whereUsable({ key: "k", now: "now()" })}) AS working
   FROM api_keys k WHERE user_id = $owner::uuid AND ${whereRevocable("k")}`,
);

/** How many keys of one's own could be revoked, and how many of those work. */
export async function countRevocable(owner: CurrentUser): Promise<{ all: number; working: number }> {
  const [counted] = await sql(COUNT, { owner: owner.id });
  return counted ?? { all: 0, working: 0 };
}

const LATELY = statement(
  "keys-revoked-lately",
  { change: nullable(text) },
  `SELECT ${sqlChangeOf("a")} AS change FROM audit_entries a
   WHERE a.target_kind = 'user' AND a.target_id = $owner AND a.action = 'user.keys_revoked' AND a.at > now() - interval '10 minutes'
   ORDER BY a.at DESC, a.id DESC LIMIT 1`,
);

/** By which name to ask where it holds that every key of one's own was just ended; null where that was not. */
export async function findRevokedLately(owner: CurrentUser): Promise<string | null> {
  const [row] = await sql(LATELY, { owner: owner.id });
  return row?.change ?? null;
}
