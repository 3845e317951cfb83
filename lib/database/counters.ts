import "server-only";
import { sql } from "./client";
import { bool, int, statement, text } from "./statements";

/** Something that may happen `limit` times within so many seconds, which begin with the first time. */
export type Counter = { key: string; limit: number; seconds: number };

/** For what is only counted. */
export const UNBOUNDED = 2 ** 31 - 1;

/** What was taken from a counter, `used` in all. Whoever gives it back names the window by its end. */
export type Taken = { key: string; used: number; until: number };
export type Outcome = { taken: Taken[] } | { waitSeconds: number };

/**
 * From all of them or, where one is used up, from none. Rows are locked in the order of their keys, and a row that was used
 * up meanwhile is left as it is, so that of many at once no more than `limit` get theirs. Instants are the database's, in
 * epoch milliseconds.
 */
const TAKE = statement(
  "take-from-counters",
  { key: text, used: int, until: int, wait_ms: int, is_taken: bool },
  `WITH asked AS (
     SELECT a.*, (extract(epoch FROM now()) * 1000)::bigint AS at
     FROM unnest($keys::text[], $limits::int[], $seconds::int[]) AS a (key, most, seconds)),
   full_until AS (
     SELECT max(r.expire) AS expire, max(asked.at) AS at
     FROM asked JOIN rate_limits r USING (key) WHERE r.expire > asked.at AND r.points >= asked.most),
   taken AS (
     INSERT INTO rate_limits AS r (key, points, expire)
     SELECT key, 1, at + seconds::bigint * 1000 FROM asked WHERE (SELECT expire FROM full_until) IS NULL ORDER BY key
     ON CONFLICT (key) DO UPDATE SET
       points = CASE WHEN r.expire <= (SELECT max(at) FROM asked) THEN 1 ELSE r.points + 1 END,
       expire = CASE WHEN r.expire <= (SELECT max(at) FROM asked) THEN excluded.expire ELSE r.expire END
     WHERE r.expire <= (SELECT max(at) FROM asked) OR r.points < (SELECT most FROM asked WHERE asked.key = r.key)
     RETURNING key, points, expire)
   SELECT key, points AS used, expire AS until, 0::bigint AS wait_ms, true AS is_taken FROM taken
   UNION ALL SELECT '', 0, 0, expire - at, false FROM full_until WHERE expire IS NOT NULL`,
);

/** Only into the window that it was taken from: the next one has nothing of it. */
const GIVE_BACK = statement(
  "give-back-to-counters",
  {},
  `WITH held AS MATERIALIZED (
     SELECT r.key FROM rate_limits r JOIN unnest($keys::text[], $untils::bigint[]) AS t (key, until) ON r.key = t.key AND r.expire = t.until
     ORDER BY r.key FOR UPDATE OF r)
   UPDATE rate_limits SET points = points - 1 WHERE key IN (SELECT key FROM held) AND points > 0`,
);

/** Takes one from each, or from none: then it answers for how many seconds one of them is used up. */
export async function takeOne(counters: readonly Counter[]): Promise<Outcome> {
  const values = {
    keys: counters.map(({ key }) => key),
    limits: counters.map(({ limit }) => limit),
    seconds: counters.map(({ seconds }) => seconds),
  };
  const rows = await sql(TAKE, values);
  const full = rows.find((row) => !row.is_taken);
  if (full) return { waitSeconds: Math.max(1, Math.ceil(full.wait_ms / 1000)) };
  const taken = rows.map(({ key, used, until }) => ({ key, used, until }));
  if (taken.length === counters.length) return { taken };
  // Others used one up between the look at it and the taking.
  await giveBack(taken);
  return { waitSeconds: Math.min(...values.seconds) };
}

export async function giveBack(taken: readonly Taken[]): Promise<void> {
  if (taken.length === 0) return;
  await sql(GIVE_BACK, { keys: taken.map(({ key }) => key), untils: taken.map(({ until }) => until) });
}
