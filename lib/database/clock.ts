import "server-only";
import { sqlIn, type Transaction } from "./client";
import { instant, statement } from "./statements";

const NOW = statement("clock", { now: instant }, "SELECT clock_timestamp() AS now");

/**
 * The time by the clock that everybody's credentials are judged by. Written by a server's own, the end of one could lie ahead, and
 * what was ended would go on.
 */
export async function readClock(tx: Transaction): Promise<Date> {
  const [row] = await sqlIn(tx, NOW, {});
  if (!row) throw new Error("The database did not say what time it is.");
  return row.now;
}
