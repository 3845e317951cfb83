import "server-only";
import { maskCredential } from "@latchkey/rule/credentials";
import type { KeyLimits } from "@latchkey/rule/limits";
import { readLife, selectLife, selectState, wherePresent, whereStatus, whereUsable } from "@latchkey/rule/sql";
import { type KeyState, keyState } from "@latchkey/rule/status";
import type { CurrentUser } from "@/lib/audit/actors";
import { sql } from "@/lib/database/client";
import { FORMAT, LIFE, LIMITS, orderOfNames, readLimits, selectLimits } from "@/lib/database/key-columns";
import { bool, instant, int, json, nullable, type RowOf, statement, text, uuid } from "@/lib/database/statements";
import { spellingsOf } from "@/lib/database/text-search";
import { listDailyCalls } from "@/lib/usage/days";
import { digestHashes } from "@/lib/verification/hashes";
import { ASIDE_AFTER_HOURS, countStatuses, isAside, JUST_REVOKED, type Listed, listedBy, type StatusCounts } from "./listed";
import type { KeyCheck, KeySearch, KeySort } from "./search-schemas";

export const PAGE_SIZE = 25;
export const UNUSED_DAYS = 90;
/** A younger key may not have been put to use yet. */
export const NEVER_USED_DAYS = 30;

/** A credential that a newer one replaced and that still works. */
type LiveReplaced = { masked: string; validUntil: Date };

export type KeyRow = KeyLimits & {
  uuid: string;
  name: string;
  masked: string;
  /** Whether its credential could be guessed. */
  isWeak: boolean;
  state: KeyState;
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
  disabledAt: Date | null;
  lastUsedAt: Date | null;
  replaced: LiveReplaced[];
  /** Calls per UTC day, the last one today. */
  dailyCalls: number[];
};

export type KeyListing = {
  keys: KeyRow[];
  /** Keys there are at all, and those that the search found. */
  total: number;
  found: number;
  /** What each status would find, whatever the rest of the search is; null is for the list without one. */
  counts: StatusCounts;
  /** Revoked keys that the list leaves aside. */
  aside: number;
  page: number;
  pages: number;
  checks: Record<KeyCheck, number>;
};

const CHECKS = { never_expires: int, unused: int, expiring: int, never_used: int, weak_ones: int };
const TOTALS = { total: int, found: int, listed: json<Partial<Record<Listed, number>>>(), page: int, ...CHECKS };

const FOUND = {
  ...TOTALS,
  // A page without keys is one row of totals: all that follows is null in it.
  id: nullable(int),
  uuid,
  name: text,
  format: FORMAT,
  hint: text,
  weak: bool,
  ...LIMITS,
  created_at: instant,
  ...LIFE,
  last_used_at: nullable(instant),
  replaced_until: nullable(instant),
  row: int,
};

const ORDER: Record<KeySort, string> = {
  "-created": "created_at DESC, id DESC",
  created: "created_at, id",
  name: `${orderOfNames("name")}, id`,
  "-name": `${orderOfNames("name")} DESC, id DESC`,
  "-used": "last_used_at DESC NULLS LAST, id DESC",
  used: "last_used_at NULLS FIRST, id",
  expires: "expires_at NULLS LAST, id",
  "-expires": "expires_at DESC NULLS FIRST, id DESC",
};

const NOW = "$now::timestamptz";

const CHECK_SQL: Record<KeyCheck, string> = {
  "never-expires": "is_usable AND expires_at IS NULL",
  unused: `is_usable AND last_used_at <= ${NOW} - interval '${UNUSED_DAYS * 24} hours'`,
  expiring: "state = 'expiring'",
  weak: "is_usable AND weak",
  "never-used": `is_usable AND last_used_at IS NULL AND created_at <= ${NOW} - interval '${NEVER_USED_DAYS * 24} hours'`,
};

/** One pass over the owner's keys finds the page, how many there are and what the cards count. */
export const searchStatement = (sort: KeySort) =>
  statement(
    `search-keys${sort}`,
    FOUND,
    `
  WITH own AS (
    SELECT k.*, (SELECT max(r.valid_until) FROM replaced_credentials r WHERE r.key_id = k.id AND r.valid_until > ${NOW}) AS replaced_until
    FROM (
      SELECT id, uuid, name, note, format, hint, weak, ${selectLimits("k")}, created_at, ${selectLife("k")}, last_used_at, credential_hash, secret_hash
      FROM api_keys k WHERE user_id = $owner AND ${wherePresent("k")}
    ) k
  ),
  judged AS MATERIALIZED (
    SELECT *, CASE WHEN revoked_at > ${NOW} - interval '${ASIDE_AFTER_HOURS} hours' THEN '${JUST_REVOKED}' ELSE state END AS listed_as FROM (
      SELECT *, ${selectState({ key: "own", now: NOW })} AS state, ${whereUsable({ key: "own", now: NOW })} AS is_usable FROM own
    ) stated
  ),
  fitting AS MATERIALIZED (
    SELECT * FROM judged
    WHERE ($check::text IS NULL
        ${Object.entries(CHECK_SQL)
          .map(([check, condition]) => `OR ($check = '${check}' AND ${condition})`)
          .join(" ")})
      AND ($q::text = '' OR strpos(CASE WHEN format = 'foreign' THEN hint ELSE format::text || '_' || hint END, $q) > 0
        OR EXISTS (SELECT 1 FROM unnest($spellings::text[]) spelling
           WHERE strpos(lower(name), lower(spelling)) > 0 OR strpos(lower(note), lower(spelling)) > 0))
      AND ($hashes::bytea[] IS NULL OR credential_hash = ANY($hashes) OR secret_hash = ANY($hashes)
        OR id IN (SELECT key_id FROM replaced_credentials WHERE credential_hash = ANY($hashes)))
  ),
  matching AS (SELECT * FROM fitting WHERE listed_as = ANY($listed::text[])),
  totals AS (
    SELECT count(*) AS total, (SELECT count(*) FROM matching) AS found,
      (SELECT coalesce(json_object_agg(listed_as, keys), '{}') FROM (
        SELECT listed_as, count(*) AS keys FROM fitting GROUP BY listed_as) s) AS listed,
      count(*) FILTER (WHERE ${CHECK_SQL["never-expires"]}) AS never_expires,
      count(*) FILTER (WHERE ${CHECK_SQL.unused}) AS unused,
      count(*) FILTER (WHERE ${CHECK_SQL.expiring}) AS expiring,
      count(*) FILTER (WHERE ${CHECK_SQL["never-used"]}) AS never_used,
      count(*) FILTER (WHERE ${CHECK_SQL.weak}) AS weak_ones
    FROM judged
  ),
  -- A page past the end is the last one.
  place AS (SELECT *, least($page::bigint, greatest((found + ${PAGE_SIZE - 1}) / ${PAGE_SIZE}, 1)) AS page FROM totals),
  shown AS (
    SELECT *, row_number() OVER () AS row FROM (
      SELECT id, uuid, name, format, hint, weak, ${selectLimits("matching")}, created_at, ${selectLife("matching")}, last_used_at, replaced_until
      FROM matching ORDER BY ${ORDER[sort]} LIMIT ${PAGE_SIZE} OFFSET (SELECT (page - 1) * ${PAGE_SIZE} FROM place)
    ) ordered
  )
  SELECT * FROM place LEFT JOIN shown ON true ORDER BY row`,
  );

/** A page of the owner's keys: those that the search finds, in its order. */
export async function searchKeys(owner: CurrentUser, search: KeySearch): Promise<KeyListing> {
  const now = new Date();
  const rows = await sql(searchStatement(search.sort), {
    owner: owner.id,
    now,
    listed: listedBy(search),
    check: search.check,
    q: search.q,
    spellings: spellingsOf(search.q),
    hashes: search.digest && digestHashes(search.digest),
    page: search.page,
  });
  const found = rows.flatMap((row) => (row.id === null ? [] : [{ ...row, id: row.id }]));
  const ids = found.map(({ id }) => id);
  const [calls, replaced] = await Promise.all([listDailyCalls(ids), findReplaced(ids, now)]);
  const keys = found.map((row) => ({
    uuid: row.uuid,
    name: row.name,
    masked: maskCredential(row.format, row.hint),
    isWeak: row.weak,
    ...readLimits(row),
    state: keyState({ ...readLife(row), replacedUntil: row.replaced_until }, now),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    disabledAt: row.disabled_at,
    lastUsedAt: row.last_used_at,
    replaced: replaced.get(row.id) ?? [],
    dailyCalls: calls.get(row.id) ?? [],
  }));
  return { keys, ...readTotals(rows[0], search) };
}

function readTotals(row: RowOf<typeof TOTALS> | undefined, search: KeySearch): Omit<KeyListing, "keys"> {
  const found = row?.found ?? 0;
  return {
    total: row?.total ?? 0,
    found,
    aside: isAside(search) ? (row?.listed.revoked ?? 0) : 0,
    counts: countStatuses(row?.listed ?? {}, search),
    page: row?.page ?? 1,
    pages: Math.max(Math.ceil(found / PAGE_SIZE), 1),
    checks: {
      "never-expires": row?.never_expires ?? 0,
      unused: row?.unused ?? 0,
      expiring: row?.expiring ?? 0,
      "never-used": row?.never_used ?? 0,
      weak: row?.weak_ones ?? 0,
    },
  };
}

/** Of the keys of a page together: a key that is regenerated again and again has as many. */
const MAX_REPLACED = 1000;

const LIVE_REPLACED = statement(
  "live-replaced",
  { key_id: int, format: FORMAT, hint: text, valid_until: instant },
  `SELECT r.key_id, coalesce(r.format, k.format) AS format, r.hint, r.valid_until FROM replaced_credentials r JOIN api_keys k ON k.id = r.key_id
   WHERE r.key_id = ANY($keys::int[]) AND r.valid_until > ${NOW}
     AND ${whereStatus("active", { key: "k", now: NOW })} ORDER BY r.valid_until DESC LIMIT ${MAX_REPLACED}`,
);

/** The credentials of these keys that were replaced and still work, the longest living first. */
export async function findReplaced(keyIds: (number | null)[], now: Date): Promise<Map<number | null, LiveReplaced[]>> {
  const rows = await sql(LIVE_REPLACED, { keys: keyIds, now });
  const byKey = new Map<number | null, LiveReplaced[]>();
  for (const row of rows) {
    const ofKey = byKey.get(row.key_id) ?? [];
    ofKey.push({ masked: maskCredential(row.format, row.hint), validUntil: row.valid_until });
    byKey.set(row.key_id, ofKey);
  }
  return byKey;
}
