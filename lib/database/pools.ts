import "server-only";
import { Pool as NeonPool } from "@neondatabase/serverless";
import { PrismaNeon } from "@prisma/adapter-neon";
import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { configureNeon, isPooled } from "@/lib/settings/database-url";
import type { Env } from "@/lib/settings/env";
import { log } from "@/lib/settings/log";
import { type Bounds, driverBounds, generalBounds, shortBounds } from "./bounds";
import { makePatient, type Pool, type Pooler } from "./connections";

/**
 * Connections by what they are for, so that none of these can take the others' share: everything, the look-ups of
 * verifications, the feed, and the question of how the database is.
 */
export type Pools = { general: CountedPool; verification: CountedPool; feed: CountedPool; health: CountedPool };
export const POOLS = ["general", "verification", "feed", "health"] as const satisfies (keyof Pools)[];

/** What both drivers count. */
type CountedPool = Pool & { totalCount: number; idleCount: number; waitingCount: number; options: { max?: number } };
export type PoolUse = { total: number; idle: number; waiting: number; max: number };

const SIZES = { general: 20, verification: 4, feed: 2, health: 1 } as const satisfies Record<keyof Pools, number>;
const HEALTH_MS = 1_500;
/** Of the two seconds that whoever is told may be behind. A new connection may take longer: there is another one. */
export const FEED_MS = 400;
const FEED_CONNECT_MS = 1_500;

/** Prisma's adapter for Neon makes its pool itself. */
class PatientNeon extends PrismaNeon {
  private readonly bounds: Bounds;
  private readonly pooler: Pooler;
  constructor(bounds: Bounds, pooler: Pooler, ...options: ConstructorParameters<typeof PrismaNeon>) {
    super(...options);
    this.bounds = bounds;
    this.pooler = pooler;
  }

  override async connect() {
    const adapter = await super.connect();
    makePatient(adapter.underlyingDriver(), this.bounds, this.pooler);
    return adapter;
  }
}

export function openPools(env: Env): Pools & { adapter: PrismaPg | PrismaNeon } {
  const pooler: Pooler = { isThere: env.DATABASE_POOLER === undefined ? isPooled(env) : env.DATABASE_POOLER === "transaction" };
  const bounds = {
    general: generalBounds(env),
    verification: shortBounds(env.DATABASE_CONNECT_TIMEOUT_MS, env.VERIFY_TIMEOUT_MS),
    feed: shortBounds(FEED_CONNECT_MS, FEED_MS),
    health: shortBounds(HEALTH_MS, HEALTH_MS),
  } satisfies Record<keyof Pools, Bounds>;
  const onPoolError = (error: Error) => log.warn({ error: error.message }, "an idle database connection was lost");
  const configOf = (name: keyof Pools) => ({
    connectionString: env.DATABASE_URL,
    max: SIZES[name],
    idleTimeoutMillis: 30_000,
    ...driverBounds(bounds[name]),
  });
  const isNeon = env.databaseDriver === "neon";
  if (isNeon) configureNeon(env.NEON_WS_PROXY);
  // Its types are those of an older `pg`.
  const Pool = (isNeon ? NeonPool : pg.Pool) as typeof pg.Pool;
  const open = (name: keyof Pools) => {
    const pool = makePatient(new Pool(configOf(name)), bounds[name], pooler);
    pool.on("error", onPoolError);
    return pool;
  };
  const general = open("general");
  const adapter = isNeon ? new PatientNeon(bounds.general, pooler, configOf("general"), { onPoolError }) : new PrismaPg(general);
  return { general, verification: open("verification"), feed: open("feed"), health: open("health"), adapter };
}

export function useOf({ totalCount, idleCount, waitingCount, options }: CountedPool): PoolUse {
  return { total: totalCount, idle: idleCount, waiting: waitingCount, max: options.max ?? 0 };
}
