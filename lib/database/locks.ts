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

/**
 * How long, in milliseconds, a command waits for a lock, and one whose turn it is after another. What requests wait for is
 * bounded by their connections.
 */
export const LOCK_WAIT_MS = { command: 60_000, turn: 600_000 } as const;
