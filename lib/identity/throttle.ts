import "server-only";
import { createHash } from "node:crypto";
import { RateLimiterPostgres, RateLimiterRes } from "rate-limiter-flexible";
import { pool } from "@/lib/database/client";
import { env } from "@/lib/settings/env";
import { AppError } from "@/lib/values/errors";

const WINDOW_SECONDS = 60;
const MAILS = 3;
const MAILS_WINDOW_SECONDS = 15 * 60;

let attempts: RateLimiterPostgres | undefined;
let mails: RateLimiterPostgres | undefined;

/**
 * Counts an attempt to sign in, register or reset, by the client's address and by the account it is aimed at. Counted in
 * the database, in one atomic step each, so that it holds across instances.
 * @throws AppError TOO_MANY_REQUESTS with `Retry-After` in seconds
 */
export async function countAttempt(by: { address?: string | null; account?: string }): Promise<void> {
  attempts ??= createLimiter("auth", env().AUTH_RATE_LIMIT_PER_MINUTE, WINDOW_SECONDS);
  if (by.address) await consume(attempts, `address:${by.address}`);
  if (by.account) await consume(attempts, `account:${digest(by.account.toLowerCase())}`);
}

/**
 * Counts a mail asked for, so that nobody's inbox can be flooded. Addresses without an account are counted the same.
 * @throws AppError TOO_MANY_REQUESTS
 */
export async function countMail(email: string): Promise<void> {
  mails ??= createLimiter("mail", MAILS, MAILS_WINDOW_SECONDS);
  await consume(mails, digest(email.toLowerCase()));
}

/** What a client sends as an account may be anything, also text that PostgreSQL cannot hold. */
function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

function createLimiter(keyPrefix: string, points: number, duration: number): RateLimiterPostgres {
  return new RateLimiterPostgres({
    storeClient: pool(),
    storeType: "pool",
    tableName: "rate_limits",
    tableCreated: true,
    // lib/operations/housekeeping.ts does it.
    clearExpiredByTimeout: false,
    keyPrefix,
    points,
    duration,
  });
}

async function consume(limiter: RateLimiterPostgres, key: string): Promise<void> {
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
