import "server-only";
import { sql } from "@/lib/database/client";
import { instant, int, statement } from "@/lib/database/statements";

/** What calls cost beyond MAX_OVERDRAFT, since it was set; `lastAt`: when the last of them was reported. */
export type Uncharged = { credits: number; lastAt: Date };

const GET = statement(
  "uncharged-usage",
  { credits: int, last_at: instant },
  "SELECT credits, last_at FROM uncharged_usage WHERE user_id = $owner::uuid",
);

export async function getUncharged(owner: { id: string }): Promise<Uncharged | null> {
  const [row] = await sql(GET, { owner: owner.id });
  return row ? { credits: row.credits, lastAt: row.last_at } : null;
}

const isDue = (row: string) => `${row}.audited_at <= now() - interval '1 hour'`;
const auditEntry = (owner: string, credits: string) =>
  `'system', 'user.usage_not_charged', 'user', ${owner}::text, jsonb_build_object('credits', ${credits})`;
const AUDIT_COLUMNS = "actor_kind, action, target_kind, target_id, after";

/**
 * A part of the statement that charges what it inserted: of owners who are locked, down to $maxOverdraft below zero. The rest
 * is noted, and written into the audit log once an hour and owner, with what was noted since.
 */
export const UNCHARGED = `bill AS (
     SELECT n.user_id, n.cost, least(n.cost, greatest(u.credits + $maxOverdraft::bigint, 0)) AS charged
     FROM (SELECT user_id, sum(delta) AS cost FROM inserted GROUP BY user_id) n JOIN users u ON u.id = n.user_id
   ),
   charged AS (
     INSERT INTO credit_entries (user_id, amount, kind) SELECT user_id, -charged, 'usage' FROM bill WHERE charged <> 0
   ),
   audited AS (
     INSERT INTO audit_entries (${AUDIT_COLUMNS})
     SELECT ${auditEntry("b.user_id", "b.cost - b.charged + coalesce(former.credits - former.audited, 0)")}
     FROM bill b LEFT JOIN uncharged_usage former ON former.user_id = b.user_id
     WHERE b.cost > b.charged AND (former.user_id IS NULL OR ${isDue("former")})
   ),
   noted AS (
     INSERT INTO uncharged_usage AS u (user_id, credits, audited, audited_at, last_at)
     SELECT user_id, cost - charged, cost - charged, now(), now() FROM bill WHERE cost > charged
     ON CONFLICT (user_id) DO UPDATE SET credits = u.credits + excluded.credits, last_at = excluded.last_at,
       audited = CASE WHEN ${isDue("u")} THEN u.credits + excluded.credits ELSE u.audited END,
       audited_at = CASE WHEN ${isDue("u")} THEN excluded.audited_at ELSE u.audited_at END
   )`;

const OWNERS = 1000;

/** Under the owners' locks, as whoever reports calls notes it; owners whom somebody else has are left for the next time. */
const AUDIT_REST = statement(
  "audit-uncharged-usage",
  { told: int },
  `WITH owners AS MATERIALIZED (
     SELECT id FROM users WHERE id IN (
       SELECT user_id FROM uncharged_usage u WHERE credits > audited AND ${isDue("u")} LIMIT ${OWNERS}
     ) FOR NO KEY UPDATE SKIP LOCKED),
   rest AS (
     SELECT user_id, credits - audited AS credits FROM uncharged_usage u
     WHERE user_id IN (SELECT id FROM owners) AND credits > audited AND ${isDue("u")} FOR UPDATE),
   noted AS (
     UPDATE uncharged_usage u SET audited = u.credits, audited_at = now() FROM rest WHERE u.user_id = rest.user_id)
   INSERT INTO audit_entries (${AUDIT_COLUMNS}) SELECT ${auditEntry("user_id", "credits")} FROM rest RETURNING 1 AS told`,
);

/** Writes into the audit log what was noted after an owner's last entry, an hour ago or more. */
export async function auditUncharged(): Promise<void> {
  await sql(AUDIT_REST, {});
}
