import { setTimeout as pause } from "node:timers/promises";
import { until } from "./server";

const CALLERS = 12;
const BETWEEN_CALLS_MS = 5;
/** So many answers between one step and the next. */
const BETWEEN = 200;

export type Rolled = { answered: number; failed: string[] };

/**
 * Calls in a loop while instances are restarted, one after the other: the next when the one before serves again, and
 * many calls have been answered.
 * @param call says what was wrong with its answer, or nothing
 */
export async function restartUnderLoad(call: () => Promise<string | undefined>, restarts: readonly (() => Promise<void>)[]) {
  const rolled: Rolled = { answered: 0, failed: [] };
  let isDone = false;
  const callAgain = async () => {
    while (!isDone) {
      const wrong = await call().catch((error: unknown) => String(error));
      if (wrong) rolled.failed.push(wrong);
      else rolled.answered += 1;
      await pause(BETWEEN_CALLS_MS);
    }
  };
  const callers = Promise.all(Array.from({ length: CALLERS }, callAgain));
  const settle = async () => {
    const enough = rolled.answered + BETWEEN;
    await until(() => rolled.answered >= enough, "more answers");
  };
  try {
    await settle();
    for (const restart of restarts) {
      await restart();
      await settle();
    }
  } finally {
    isDone = true;
    await callers;
  }
  return rolled;
}

/** Verifies this key at `url`, for `restartUnderLoad`. */
export function verifier(url: string, settings: Record<string, string>, key: string): () => Promise<string | undefined> {
  const request = {
    method: "POST",
    headers: { Authorization: `Bearer ${settings.SERVICE_API_SECRET}`, "Content-Type": "application/json" },
    body: JSON.stringify({ key, cost: 0 }),
  };
  return async () => {
    const response = await fetch(`${url}/api/keys/verify`, request);
    const text = await response.text();
    return response.status === 200 && text.includes('"valid":true') ? undefined : `${response.status} ${text}`;
  };
}
