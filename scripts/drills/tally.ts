import { setTimeout as pause } from "node:timers/promises";
import { until } from "../../tests/support/server";
import { post, signed } from "./callers";
import { type Ground, OWNERS, type OwnerName, type Reported } from "./ground";

const BATCH = 1000;

export type Tally = { lost: number; doubled: number };

/**
 * Reports every call once more, as who is not sure does, and compares what the database holds with what was reported.
 * @param mayForget where the database was put back to an earlier state: what was reported since is counted by now
 */
export async function tally(ground: Ground, mayForget = false): Promise<Tally> {
  const sums = { lost: 0, doubled: 0 };
  for (const owner of OWNERS) {
    const own = ground.reported.filter((event) => event.owner === owner);
    const missing = own.filter(({ isCounted }) => !isCounted).length;
    let again = 0;
    for (let from = 0; from < own.length; from += BATCH) again += await reportAgain(ground, owner, own.slice(from, from + BATCH));
    const counts = await countsOf(ground, owner);
    for (const event of own) event.isCounted = true;
    // What was refused by name within a report that was confirmed is lost to who trusts the confirmation.
    const forgotten = mayForget ? 0 : again - missing;
    sums.lost += Math.max(0, forgotten) + missing + Math.max(0, own.length - Math.min(...counts));
    sums.doubled += Math.max(0, Math.max(...counts) - own.length);
  }
  return sums;
}

/** Answers how many of them were not counted before. */
async function reportAgain(ground: Ground, owner: OwnerName, events: readonly Reported[]): Promise<number> {
  const { key } = ground.owners[owner];
  const body = JSON.stringify({ events: events.map(({ id }) => ({ id, keyId: key.id, delta: 1 })) });
  let accepted = 0;
  await until(
    async () => {
      const answer = await post(`${ground.address}/usage`, signed(body, ground.settings), body);
      accepted = answer.accepted;
      if (answer.outcome !== "answered") await pause(500);
      return answer.outcome === "answered";
    },
    "the last report to be confirmed",
    120,
  );
  return accepted;
}

/** How many calls of the owner's there were, from every place that counts them. Each cost one credit. */
async function countsOf(ground: Ground, owner: OwnerName): Promise<number[]> {
  const [row] = await ground.query<Record<string, string>>(
    `SELECT (SELECT count(*) FROM usage_events e WHERE e.key_id = k.id) AS events,
       k.total_uses,
       (SELECT coalesce(sum(calls), 0) FROM usage_days d WHERE d.key_id = k.id) AS day_calls,
       (SELECT coalesce(sum(d.credits), 0) FROM usage_days d WHERE d.key_id = k.id) AS day_credits,
       (SELECT coalesce(-sum(amount), 0) FROM credit_entries c WHERE c.user_id = u.id AND kind = 'usage') AS charged,
       (SELECT coalesce(sum(amount), 0) FROM credit_entries c WHERE c.user_id = u.id AND kind <> 'usage') - u.credits AS spent
     FROM api_keys k JOIN users u ON u.id = k.user_id WHERE k.uuid = $1`,
    [ground.owners[owner].key.id],
  );
  if (!row) throw new Error(`the key of owner ${owner} is gone`);
  return Object.values(row).map(Number);
}
