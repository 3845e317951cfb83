import { setTimeout as pause } from "node:timers/promises";
import type pg from "pg";
import { LOCK_WAIT_MS } from "../lib/database/locks";
import { Failure } from "./failure";
import { type Blocker, describeBlockers, waitForEnd, watchBlockers } from "./migration-blockers";
import { UNFINISHED } from "./migration-files";
import { begin, requireTurn, type Turn } from "./migration-turn";

type Surroundings = { client: pg.Client; turn: Turn; patienceSeconds: number; tell: (sentence: string) => void };

/** `lock_not_available` and `deadlock_detected`. */
const IN_THE_WAY = ["55P03", "40P01"];
const LONGEST_PAUSE_MS = 15_000;

/**
 * Runs a script as one transaction. Where it does not get a lock soon it is undone, because readers of that table wait
 * behind it, and tried again when those in the way have ended.
 */
export async function runPatiently(script: string, { client, turn, patienceSeconds, tell }: Surroundings): Promise<void> {
  const deadline = Date.now() + patienceSeconds * 1000;
  for (let pauseMs = 1000; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const blockers = await tryOnce(script, client, turn);
    if (blockers === null) return;
    const who = describeBlockers(blockers);
    if (Date.now() + pauseMs > deadline) throw new Failure(explainEnd(blockers, patienceSeconds));
    tell(`A migration needs a lock that is held by ${who}. It is tried again when that has ended.`);
    // Others get their turn first, even where one in the way follows the other.
    await pause(pauseMs);
    await waitForEnd(turn.client, blockers, deadline);
    if (Date.now() >= deadline) throw new Failure(explainEnd(blockers, patienceSeconds));
  }
}

/** @returns null when it is done, or else who was in the way; then nothing of it was kept */
async function tryOnce(script: string, client: pg.Client, turn: Turn): Promise<Blocker[] | null> {
  const blockers = watchBlockers(turn.client, await begin(client, LOCK_WAIT_MS.migration));
  try {
    // Sent whole: the adapters split scripts at every semicolon, functions included.
    await client.query(script);
    // Its row is finished in the same transaction.
    if (!script.includes("_prisma_migrations"))
      await client.query(`UPDATE _prisma_migrations SET finished_at = now() WHERE ${UNFINISHED}`);
    await requireTurn(turn, client);
    await client.query("COMMIT");
    return null;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    if (!(error instanceof Error && "code" in error && IN_THE_WAY.includes(String(error.code)))) throw error;
    return await blockers();
  } finally {
    await blockers();
  }
}

function explainEnd(blockers: readonly Blocker[], patienceSeconds: number): string {
  const pids = blockers.map(({ pid }) => pid).filter((pid) => pid > 0);
  const remedy = pids.length > 0 ? `, or end it: ${pids.map((pid) => `SELECT pg_terminate_backend(${pid});`).join(" ")}` : "";
  return (
    `A migration was given up after ${patienceSeconds} seconds, and nothing of it was kept. It needs a lock that is held by ` +
    `${describeBlockers(blockers)}. Wait for that to end${remedy} Then start again.`
  );
}
