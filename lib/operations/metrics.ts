import "server-only";
import { setTimeout as pause } from "node:timers/promises";
import { collectDefaultMetrics } from "prom-client";
import { poolsInUse } from "@/lib/database/client";
import { gauge, registry } from "@/lib/metrics/registry";
import { env } from "@/lib/settings/env";
import { log } from "@/lib/settings/log";
import { causeOf } from "@/lib/values/errors";
import { checkHealth, type Health } from "./health";

/** An answer that comes later is told the next time. */
const HEALTH_MS = 1_000;
/** What /api/health can say of it. */
export const DATABASE_STATES = ["ok", "unreachable", "read-only", "disk full", "slow", "unknown"];

const build = gauge("latchkey_build_info", "Always 1; what runs is in the labels.", ["version", "commit"]);
const healthy = gauge("latchkey_health_ok", "Whether /api/health says ok.");
const database = gauge("latchkey_health_database", "1 for what /api/health says of the database, 0 for the rest.", ["state"]);
const clockOff = gauge("latchkey_health_clock_off", "Whether this server's clock is a minute or more off the database's.");
const checkedAt = gauge("latchkey_health_checked_timestamp_seconds", "When the health that is told was found.");

gauge("latchkey_pool_connections", "Database connections, by pool.", ["pool", "state"], (connections) => {
  for (const { name, total, idle } of poolsInUse()) {
    connections.set({ pool: name, state: "in_use" }, total - idle);
    connections.set({ pool: name, state: "idle" }, idle);
  }
});
gauge("latchkey_pool_max_connections", "How many connections a pool may have.", ["pool"], (most) => {
  for (const { name, max } of poolsInUse()) most.set({ pool: name }, max);
});
gauge("latchkey_pool_waiting", "Who waits for a connection of a pool.", ["pool"], (waiting) => {
  for (const pool of poolsInUse()) waiting.set({ pool: pool.name }, pool.waiting);
});

/** All that is measured, as Prometheus reads it. Health is asked for anew, but not waited for longer than a second. */
export async function readMetrics(): Promise<{ contentType: string; text: string }> {
  measureProcess();
  const { LATCHKEY_VERSION, LATCHKEY_COMMIT, VERCEL_GIT_COMMIT_SHA } = env();
  build.set({ version: LATCHKEY_VERSION, commit: LATCHKEY_COMMIT ?? VERCEL_GIT_COMMIT_SHA ?? "unknown" }, 1);
  await Promise.race([noteHealth(), pause(HEALTH_MS, undefined, { ref: false })]);
  return { contentType: registry.contentType, text: await registry.metrics() };
}

/** From the first time that somebody asks: watching the event loop and the garbage collector costs a little. */
function measureProcess(): void {
  if (!registry.getSingleMetric("process_start_time_seconds")) collectDefaultMetrics({ register: registry });
}

async function noteHealth(): Promise<void> {
  try {
    tell(await checkHealth());
  } catch (error) {
    log.warn(causeOf(error), "the health for the metrics could not be asked for");
  }
}

function tell(health: Health): void {
  healthy.set(health.status === "ok" ? 1 : 0);
  for (const state of DATABASE_STATES) database.set({ state }, state === health.database ? 1 : 0);
  clockOff.set(health.clock ? 1 : 0);
  checkedAt.setToCurrentTime();
}
