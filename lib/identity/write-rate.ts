import "server-only";
import { takeOne } from "@/lib/database/counters";
import { env } from "@/lib/settings/env";
import { tooMany } from "./throttle";

const WINDOW_SECONDS = 60;

/**
 * Counts a change that somebody makes, over the API or the pages.
 * @throws AppError TOO_MANY_REQUESTS with `Retry-After` in seconds
 */
export async function countWrite(userId: string): Promise<void> {
  const outcome = await takeOne([{ key: `write:${userId}`, limit: env().WRITES_PER_MINUTE, seconds: WINDOW_SECONDS }]);
  if (!("taken" in outcome)) throw tooMany("changes", outcome.waitSeconds);
}
