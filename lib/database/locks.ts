import type { Transaction } from "./client";

/**
 * Every advisory lock there is: PostgreSQL knows them by number alone, in one name space for a whole database, whoever
 * takes them. A number keeps its meaning for ever, because two versions of the portal may run side by side.
 */
export const LOCKS = {
  /** Held by the session that applies migrations. */
  migrations: 7_261_001,
  /** Held by the transaction that changes who the administrators are. */
  administrators: 7_261_002,
  /** Held, shared, by a session of everyone who needs the embedded PostgreSQL; alone, by the one who stops it. */
  embeddedPostgres: 7_261_003,
  /** Prisma's engine takes this one while it applies migrations: nobody else may. */
  prismaMigrate: 72_707_369,
} as const;

/** How long, in milliseconds, a lock is waited for: by a request, by a command, and by one whose turn it is after another. */
export const LOCK_WAIT_MS = { request: 10_000, command: 60_000, turn: 600_000 } as const;

/** From here to its end, a transaction waits only so long for each lock, of whatever kind; then it fails with 55P03. */
export async function boundLockWaits(tx: Transaction): Promise<void> {
  await tx.$executeRaw`SELECT set_config('lock_timeout', ${String(LOCK_WAIT_MS.request)}, true)`;
}
