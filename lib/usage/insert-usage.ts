import { int, statement, text } from "@/lib/database/statements";
import { idHashOf } from "./event-id";
import { UNCHARGED } from "./uncharged";

const CHARGED = `charged AS (
     INSERT INTO credit_entries (user_id, amount, kind)
     SELECT user_id, -sum(delta), 'usage' FROM inserted GROUP BY user_id HAVING sum(delta) <> 0
   )`;

/**
 * Inserts events and counts and charges those that are new, for owners who are locked. A report of one call also says of
 * its bytes and of its signature: bytes that were counted with this time are a repeat, whatever id came with them.
 */
function insertUsage(name: string, { isOne, isBounded }: { isOne: boolean; isBounded: boolean }) {
  const one = (sqlText: string) => (isOne ? sqlText : "");
  return statement(
    name,
    { id: text, uncharged: int },
    `WITH inserted AS (
     INSERT INTO usage_events (key_id, event_id, user_id, delta, at, endpoint, request_id, meta, has_ts${one(", body_hash")})
     SELECT key_id, event_id, user_id, delta, at, endpoint, request_id, meta, has_ts${one(", $bodyHash::bytea")}
     FROM unnest($keyIds::int[], $eventIds::text[], $userIds::uuid[], $deltas::int[], $instants::timestamptz[],
       $endpoints::text[], $requestIds::text[], $metas::json[], $haveTs::bool[], $formerIds::text[])
       AS r(key_id, event_id, user_id, delta, at, endpoint, request_id, meta, has_ts, former_id)
     WHERE NOT EXISTS (SELECT 1 FROM remembered_events m WHERE m.key_id = r.key_id AND m.id_hash = ${idHashOf("r")})
       AND (r.former_id IS NULL
         OR NOT EXISTS (SELECT 1 FROM usage_events f WHERE f.key_id = r.key_id AND f.event_id = r.former_id))
       ${one("AND NOT EXISTS (SELECT 1 FROM usage_events b WHERE b.key_id = r.key_id AND b.at = r.at AND b.body_hash = $bodyHash::bytea)")}
     ON CONFLICT (key_id, event_id) DO NOTHING
     RETURNING key_id, event_id, user_id, delta, at
   ),
   counted AS (
     UPDATE api_keys k SET total_uses = total_uses + n.calls, last_used_at = greatest(k.last_used_at, least(n.last, now()))
     FROM (SELECT key_id, count(*) AS calls, max(at) AS last FROM inserted GROUP BY key_id) n WHERE k.id = n.key_id
   ),
   totalled AS (
     INSERT INTO usage_days (key_id, user_id, day, calls, credits${one(", replayable")})
     SELECT key_id, user_id, (at AT TIME ZONE 'UTC')::date, count(*), sum(delta)${one(", count(*) FILTER (WHERE $isReplayable::bool)")}
     FROM inserted GROUP BY 1, 2, 3
     ON CONFLICT (key_id, day) DO UPDATE SET calls = usage_days.calls + excluded.calls, credits = usage_days.credits + excluded.credits
       ${one(", replayable = usage_days.replayable + excluded.replayable")}
   ),
   ${isBounded ? UNCHARGED : CHARGED}
   SELECT key_id || ' ' || event_id AS id, ${isBounded ? "(SELECT coalesce(sum(cost - charged), 0)::bigint FROM bill)" : "0"} AS uncharged
   FROM inserted`,
  );
}

/** By what is reported, one call or several, and by whether MAX_OVERDRAFT is set. */
export const INSERT_USAGE = {
  several: {
    unbounded: insertUsage("insert-usage", { isOne: false, isBounded: false }),
    bounded: insertUsage("insert-usage-bounded", { isOne: false, isBounded: true }),
  },
  one: {
    unbounded: insertUsage("insert-one-usage", { isOne: true, isBounded: false }),
    bounded: insertUsage("insert-one-usage-bounded", { isOne: true, isBounded: true }),
  },
};
