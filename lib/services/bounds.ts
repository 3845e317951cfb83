import "server-only";
import type { Actor } from "@/lib/audit/actors";
import { leaveTrace } from "@/lib/audit/traces";
import type { Run } from "@/lib/database/client";
import { bool, int, statement } from "@/lib/database/statements";
import { AppError } from "@/lib/values/errors";
import { noteCall } from "./activity";
import type { KnownService } from "./known";

const MINUTE_MS = 60_000;

/** In one statement: of many reports at once those that fit get theirs, and no others. */
const TAKE = statement(
  "take-credits-of-minute",
  { taken: bool },
  `WITH asked AS (SELECT (extract(epoch FROM now()) * 1000)::bigint AS at)
   INSERT INTO rate_limits AS r (key, points, expire) SELECT $key, $credits::int, at + ${MINUTE_MS} FROM asked WHERE $credits::bigint <= $most::bigint
   ON CONFLICT (key) DO UPDATE SET
     points = CASE WHEN r.expire <= (SELECT at FROM asked) THEN excluded.points ELSE r.points + excluded.points END,
     expire = CASE WHEN r.expire <= (SELECT at FROM asked) THEN excluded.expire ELSE r.expire END
   WHERE r.expire <= (SELECT at FROM asked) OR r.points::bigint + excluded.points <= $most::bigint
   RETURNING true AS taken`,
);
const WAIT = statement(
  "wait-for-credits-of-minute",
  { wait_ms: int },
  "SELECT greatest(expire - (extract(epoch FROM now()) * 1000)::bigint, 0) AS wait_ms FROM rate_limits WHERE key = $key",
);

/**
 * Takes the credits of a report from what its service may report at once, and within this minute. What exceeds that is refused
 * whole, and nothing is taken.
 * @param run of the transaction that counts them
 * @throws AppError SERVICE_BOUND, TOO_MANY_REQUESTS
 */
export async function allowCredits(service: KnownService, actor: Actor, credits: number, run: Run): Promise<void> {
  const { id, maxCreditsPerReport, maxCreditsPerMinute } = service;
  if (maxCreditsPerReport !== null && credits > maxCreditsPerReport) {
    noteExcess(service, actor, { credits, most: maxCreditsPerReport, per: "report" });
    throw new AppError("SERVICE_BOUND", { message: `This service may report at most ${maxCreditsPerReport} credits at once.` });
  }
  if (maxCreditsPerMinute === null || credits === 0) return;
  const key = `service-credits:${id}`;
  const [taken] = await run(TAKE, { key, credits: Math.min(credits, maxCreditsPerMinute + 1), most: maxCreditsPerMinute });
  if (taken) return;
  noteExcess(service, actor, { credits, most: maxCreditsPerMinute, per: "minute" });
  const message = `This service may report at most ${maxCreditsPerMinute} credits within a minute.`;
  if (credits > maxCreditsPerMinute) throw new AppError("SERVICE_BOUND", { message });
  const [wait] = await run(WAIT, { key });
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
