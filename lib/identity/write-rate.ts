import "server-only";
import { RateLimiterPostgres, RateLimiterRes } from "rate-limiter-flexible";
import { pool } from "@/lib/database/client";
import { env } from "@/lib/settings/env";
import { AppError } from "@/lib/values/errors";

let writes: RateLimiterPostgres | undefined;

/**
 * Counts a change that somebody makes, over the API or the pages. Whoever is over the bound is refused from memory until the
 * minute is over.
 * @throws AppError TOO_MANY_REQUESTS with `Retry-After` in seconds
 */
export async function countWrite(userId: string): Promise<void> {
  const points = env().WRITES_PER_MINUTE;
  writes ??= new RateLimiterPostgres({
    storeClient: pool(),
    storeType: "pool",
    tableName: "rate_limits",
    tableCreated: true,
    // lib/operations/housekeeping.ts does it.
    clearExpiredByTimeout: false,
    keyPrefix: "write",
    points,
    duration: 60,
    inMemoryBlockOnConsumed: points + 1,
  });
  await writes.consume(userId).catch((refusal: unknown) => {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
    throw new AppError("TOO_MANY_REQUESTS", {
      message: `Too many changes. Try again in ${seconds} seconds.`,
      headers: { "Retry-After": String(seconds) },
    });
  });
}
