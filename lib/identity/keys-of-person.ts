import "server-only";
import { whereUsable } from "@latchkey/rule/sql";
import type { Actor } from "@/lib/audit/actors";
import { sqlInstant } from "@/lib/audit/record";
import { sqlIn, type Transaction } from "@/lib/database/client";
import { bool, int, statement } from "@/lib/database/statements";

const NOW_USABLE = whereUsable({ key: "k", now: "now()" });

/** SQL for how many usable keys somebody has; `owner` is an expression of their id. */
export function usableKeysOf(owner: string): string {
  return `(SELECT count(*) FROM api_keys k WHERE k.user_id = ${owner} AND ${NOW_USABLE})`;
}

export const COUNT_USABLE = statement("usable-keys-of-user", { usable: int }, `SELECT ${usableKeysOf("$user::uuid")} AS usable`);

/** How many keys go on working. */
export async function countUsableKeys(tx: Transaction, userId: string): Promise<number> {
  const [row] = await sqlIn(tx, COUNT_USABLE, { user: userId });
  return row?.usable ?? 0;
}

type Way = { name: string; condition: string; change: string; action: string; before: string; after: string };

const endUnproven = ({ name, condition, change, action, before, after }: Way) =>
  statement(
    name,
    { was_usable: bool },
    `WITH found AS MATERIALIZED (
       SELECT id, ${NOW_USABLE} AS was_usable FROM api_keys k
       WHERE user_id = $owner::uuid AND made_unproven AND ${condition} ORDER BY id FOR NO KEY UPDATE
     ), ended AS (
       UPDATE api_keys k SET ${change} FROM found WHERE k.id = found.id
       RETURNING k.id, k.disabled_at, k.revoked_at, found.was_usable
     ), noted AS (
       INSERT INTO audit_entries (actor_kind, actor_id, address, request_id, action, target_kind, target_id, before, after)
       SELECT $actorKind, $actor::uuid, $address, $requestId, '${action}', 'api_key', id::text, '${before}'::jsonb, ${after} FROM ended
     )
     SELECT was_usable FROM ended`,
  );

const END = {
  disable: endUnproven({
    name: "disable-unproven-keys",
    condition: "revoked_at IS NULL AND disabled_at IS NULL",
    change: "disabled_at = now(), disabled_by = 'owner'",
    action: "api_key.disabled",
    before: '{"disabled_at":null}',
    after: `jsonb_build_object('disabled_at', ${sqlInstant("disabled_at")}, 'disabled_by', 'owner')`,
  }),
  revoke: endUnproven({
    name: "revoke-unproven-keys",
    condition: "revoked_at IS NULL",
    change: "revoked_at = now(), revoked_by = 'proof'",
    action: "api_key.revoked",
    before: '{"revoked_at":null}',
    after: `jsonb_build_object('revoked_at', ${sqlInstant("revoked_at")})`,
  }),
};

/**
 * Ends the keys whose credentials were made before anybody proved the address, deleted ones too, for those can be restored. What staff and programs made
 * is left alone. After the sessions, so that a key that one of them is just making is found. Answers how many worked until now.
 */
export async function endUnprovenKeys(tx: Transaction, actor: Actor, ownerId: string, way: keyof typeof END): Promise<number> {
  const { kind: actorKind, address, requestId } = actor;
  // Whoever proves an address is its person.
  const acting = actorKind === "user" ? ownerId : actor.userId;
  const ended = await sqlIn(tx, END[way], { owner: ownerId, actorKind, actor: acting, address, requestId });
  return ended.filter(({ was_usable }) => was_usable).length;
}
