import "server-only";
import { sql } from "@/lib/database/client";
import { statement } from "@/lib/database/statements";
import { log } from "@/lib/settings/log";
import { DAY_MS } from "@/lib/values/days";
import { causeOf } from "@/lib/values/errors";
import { inOneGo } from "@/lib/verification/in-one-go";
import type { KnownService, SharedSecret } from "./known";

type Activity = { service: string; day: Date; calls: number; refusals: number; lastAt: Date; lastAddress: string | null };

let waiting = new Map<string, Activity>();
const queue = inOneGo(5_000, flush);

/** Whose credential came: a service, or whoever has a shared secret of the settings. */
export type Caller = KnownService | SharedSecret;

/** Counted in memory, and added to the day a few seconds later: no call writes for it. Statistics, as verifications are. */
export function noteCall(caller: Caller, address: string | null, isRefused = false): void {
  const service = typeof caller === "string" ? caller : caller.id;
  const now = new Date();
  const day = Math.floor(now.getTime() / DAY_MS);
  const id = `${service} ${day}`;
  const nothing = { service, day: new Date(day * DAY_MS), calls: 0, refusals: 0, lastAt: now, lastAddress: null };
  const known = waiting.get(id) ?? nothing;
  if (waiting.size === 0) queue.begin();
  const { calls, refusals } = known;
  // A refused call is no use: it may be anybody's who found the credential.
  const counts = isRefused ? { refusals: refusals + 1 } : { calls: calls + 1, lastAt: now, lastAddress: address };
  waiting.set(id, { ...known, ...counts });
}

/** Done when everything counted so far is added, or let go. Never rejects. */
export function activityAdded(): Promise<void> {
  return queue.done();
}

// In one order, so that two servers that add at once wait for each other instead of deadlocking. To the minute.
const ADD = statement(
  "add-service-activity",
  {},
  `INSERT INTO service_days (service, day, calls, refusals, last_at, last_address)
   SELECT service, day, calls, refusals, date_trunc('minute', last_at), last_address
   FROM unnest($services::text[], $days::date[], $calls::bigint[], $refusals::bigint[], $lasts::timestamptz[], $addresses::text[])
     AS n(service, day, calls, refusals, last_at, last_address) ORDER BY 1, 2
   ON CONFLICT (service, day) DO UPDATE SET calls = service_days.calls + excluded.calls,
     refusals = service_days.refusals + excluded.refusals,
     last_at = CASE WHEN excluded.calls = 0 THEN service_days.last_at
       WHEN service_days.calls = 0 THEN excluded.last_at ELSE greatest(service_days.last_at, excluded.last_at) END,
     last_address = coalesce(excluded.last_address, service_days.last_address)`,
);

async function flush(): Promise<void> {
  const rows = [...waiting.values()];
  if (rows.length === 0) return;
  waiting = new Map();
  const values = {
    services: rows.map(({ service }) => service),
    days: rows.map(({ day }) => day.toISOString().slice(0, 10)),
    calls: rows.map(({ calls }) => calls),
    refusals: rows.map(({ refusals }) => refusals),
    lasts: rows.map(({ lastAt }) => lastAt),
    addresses: rows.map(({ lastAddress }) => lastAddress),
  };
  await sql(ADD, values).catch((error: unknown) => log.warn({ ...causeOf(error), rows: rows.length }, "calls were not counted"));
}
