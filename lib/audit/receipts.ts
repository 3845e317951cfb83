import type { AuditAction } from "./actions";

/** What an entry ends or narrows of what verifiers accept: a key, what a key was opened with before, or less than that. */
export type Narrowing = "ended" | "old_ended" | "narrowed";

const NARROWINGS: Partial<Record<AuditAction, Narrowing>> = {
  "api_key.revoked": "ended",
  "api_key.deleted": "ended",
  "user.keys_revoked": "ended",
  "api_key.regenerated": "old_ended",
  "api_key.grace_ended": "old_ended",
  "api_key.updated": "narrowed",
  "api_key.disabled": "narrowed",
  "user.banned": "narrowed",
  "user.account_reclaimed": "narrowed",
  "user.email_verified": "narrowed",
};

/** Null for an action that verifiers have nothing to do with. */
export function narrowingOf(action: string): Narrowing | null {
  return Object.hasOwn(NARROWINGS, action) ? (NARROWINGS[action as AuditAction] ?? null) : null;
}

/** What verifiers said of a change, once it held everywhere. `last_ms`: after how long it did. */
export type KeptReceipts = { confirmed: number; bounded: number; last_ms: number };

/** What is known of the receipts of an entry: what was kept, or by which name (`Latchkey-Change`) to ask for them. */
export type EntryReceipts = { narrowing: Narrowing; kept: KeptReceipts } | { narrowing: Narrowing; change: string };

const ACTIONS = Object.keys(NARROWINGS)
  .map((action) => `'${action}'`)
  .join(", ");

/** SQL: whether an entry can be of a change that narrows. With a grace, a former credential goes on. */
export const sqlNarrows = (entry: string) =>
  `${entry}.action IN (${ACTIONS}) AND (${entry}.action <> 'api_key.regenerated' OR ${entry}.after ->> 'previous_expires_at' IS NULL)`;

/**
 * SQL: the change of an entry's transaction that narrows, while changes are kept; else null. In a copy of a database the
 * same number can be of another transaction, at another time. By the order of the index, however many changes one transaction has.
 */
export const sqlChangeOf = (entry: string) =>
  `CASE WHEN ${sqlNarrows(entry)} AND ${entry}.at > now() - interval '3 days' THEN (
     SELECT c.seq || '.' || c.xid FROM key_changes c
     WHERE c.xid >= ${entry}.xid AND c.xid <= ${entry}.xid AND c.narrows AND c.at BETWEEN ${entry}.at - interval '1 hour' AND ${entry}.at + interval '1 hour'
     ORDER BY c.xid LIMIT 1) END`;

/** SQL: what was kept of an entry. */
export const sqlKept = (entry: string) =>
  `(SELECT json_build_object('confirmed', r.confirmed, 'bounded', r.bounded, 'last_ms', r.last_ms)
    FROM audit_receipts r WHERE r.entry_id = ${entry}.id)`;

export function toEntryReceipts(row: { action: string; kept: KeptReceipts | null; change: string | null }): EntryReceipts | null {
  const narrowing = narrowingOf(row.action);
  if (!narrowing) return null;
  if (row.kept) return { narrowing, kept: row.kept };
  return row.change === null ? null : { narrowing, change: row.change };
}
