import "server-only";
import { createHash } from "node:crypto";
import { RateLimiterPostgres, RateLimiterRes } from "rate-limiter-flexible";
import { pool } from "@/lib/db";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";

const WINDOW_SECONDS = 60;

let limiter: RateLimiterPostgres | undefined;

/**
 * Counts an attempt to sign in, register or reset, by the client's address and by the account it is aimed at. Counted in
 * the database, in one atomic step each, so that it holds across instances.
 * @throws AppError TOO_MANY_REQUESTS with `Retry-After` in seconds
 */
export async function countAttempt(by: { address?: string | null; account?: string }): Promise<void> {
  if (by.address) await consume(`address:${by.address}`);
  if (by.account) await consume(`account:${digest(by.account.toLowerCase())}`);
}

/** What a client sends as an account may be anything, also text that PostgreSQL cannot hold. */
function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

async function consume(key: string): Promise<void> {
  limiter ??= new RateLimiterPostgres({
    storeClient: pool(),
    storeType: "pool",
    tableName: "rate_limits",
    tableCreated: true,
    keyPrefix: "auth",
    points: env().AUTH_RATE_LIMIT_PER_MINUTE,
    duration: WINDOW_SECONDS,
  });
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
    throw new AppError("TOO_MANY_REQUESTS", {
      message: `Too many attempts. Try again in ${seconds} seconds.`,
      headers: { "Retry-After": String(seconds) },
    });
  }
}
