import "server-only";
import type { Actor } from "@/lib/audit/actors";
import { leaveTrace } from "@/lib/audit/traces";
import { sql } from "@/lib/database/client";
import { int, statement } from "@/lib/database/statements";
import { AppError } from "@/lib/values/errors";
import { noteCall } from "./activity";
import type { KnownService } from "./known";

const MINUTE_MS = 60_000;

/** In one statement: of many reports at once those that fit get theirs, and no others. */
const TAKE = statement(
  "take-credits-of-minute",
  { until: int },
  `WITH asked AS (SELECT (extract(epoch FROM now()) * 1000)::bigint AS at)
   INSERT INTO rate_limits AS r (key, points, expire) SELECT $key, $credits::int, at + ${MINUTE_MS} FROM asked WHERE $credits::bigint <= $most::bigint
   ON CONFLICT (key) DO UPDATE SET
     points = CASE WHEN r.expire <= (SELECT at FROM asked) THEN excluded.points ELSE r.points + excluded.points END,
     expire = CASE WHEN r.expire <= (SELECT at FROM asked) THEN excluded.expire ELSE r.expire END
   WHERE r.expire <= (SELECT at FROM asked) OR r.points::bigint + excluded.points <= $most::bigint
   RETURNING expire AS until`,
);
const WAIT = statement(
  "wait-for-credits-of-minute",
  { wait_ms: int },
  "SELECT greatest(expire - (extract(epoch FROM now()) * 1000)::bigint, 0) AS wait_ms FROM rate_limits WHERE key = $key",
);
/** Only into the minute that they were taken from. */
const GIVE_BACK = statement(
  "give-back-credits-of-minute",
  {},
  "UPDATE rate_limits SET points = greatest(points - $credits::int, 0) WHERE key = $key AND expire = $until::bigint",
);

/** What was taken of a service's minute, to give back what was not used of it. */
export type Allowance = { giveBack(credits: number): Promise<void> };

/**
 * Whether a service may report as many credits at once, and within this minute. What exceeds that is refused whole.
 * @throws AppError SERVICE_BOUND, TOO_MANY_REQUESTS
 */
export async function allowCredits(service: KnownService, actor: Actor, credits: number): Promise<Allowance> {
  const { id, maxCreditsPerReport, maxCreditsPerMinute } = service;
  if (maxCreditsPerReport !== null && credits > maxCreditsPerReport) {
    noteExcess(service, actor, { credits, most: maxCreditsPerReport, per: "report" });
    throw new AppError("SERVICE_BOUND", { message: `This service may report at most ${maxCreditsPerReport} credits at once.` });
  }
  if (maxCreditsPerMinute === null || credits === 0) return { giveBack: async () => {} };
  const key = `service-credits:${id}`;
  const [taken] = await sql(TAKE, { key, credits: Math.min(credits, maxCreditsPerMinute + 1), most: maxCreditsPerMinute });
  if (taken) {
    const giveBack = async (unused: number) => {
      if (unused > 0) await sql(GIVE_BACK, { key, credits: unused, until: taken.until });
    };
    return { giveBack };
  }
  noteExcess(service, actor, { credits, most: maxCreditsPerMinute, per: "minute" });
  const message = `This service may report at most ${maxCreditsPerMinute} credits within a minute.`;
  if (credits > maxCreditsPerMinute) throw new AppError("SERVICE_BOUND", { message });
  const [wait] = await sql(WAIT, { key });
  const seconds = Math.max(1, Math.ceil((wait?.wait_ms ?? 0) / 1000));
  throw new AppError("TOO_MANY_REQUESTS", { message, headers: { "Retry-After": String(seconds) } });
}

/** Counted with what the service did, and in the audit log: the first within the hour, the 10th, and so on. */
export function noteExcess(service: KnownService, actor: Actor, what: Record<string, string | number>): void {
  noteCall(service, actor.address, true);
  leaveTrace(actor, {
    action: "service.refused",
    target: { kind: "service", id: service.id },
    of: String(what.per),
    after: what,
  });
}
