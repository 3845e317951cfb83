/**
 * Every advisory lock there is: PostgreSQL knows them by number alone, in one name space for a whole database, whoever
 * takes them. A number keeps its meaning for ever, because two versions of the portal may run side by side.
 */
export const LOCKS = {
  /** Held by the transaction, in earlier versions by the session, of whoever applies migrations. */
  migrations: 7_261_001,
  /** Held by the transaction that changes who the administrators are. */
  administrators: 7_261_002,
  /** Of two numbers: with the hash of an owner's id, held by the transaction that may give them one usable key more. */
  keysOfOwner: 7_261_004,
  /** Held by a transaction that does nothing else, for as long as an import runs. */
  imports: 7_261_005,
  /** Held by the transaction that gives a service its name, so that no two have one that reads the same. */
  services: 7_261_006,
  /** Held, shared, by a session of everyone who needs the embedded PostgreSQL; alone, by the one who stops it. */
  embeddedPostgres: 7_261_003,
  /** Prisma's own tools take this one for their session while they migrate: nobody else may. */
  prismaMigrate: 72_707_369,
} as const;

/**
 * How long, in milliseconds, a lock is waited for: by a command, by one whose turn it is after another, and by a statement
 * of a migration. Whoever reads its table waits behind that one, so it is shorter than a verification may take; but longer
 * than the second after which PostgreSQL ends an autovacuum that is in the way (`deadlock_timeout`). What requests wait for
 * is bounded by their connections.
 */
export const LOCK_WAIT_MS = { command: 60_000, turn: 600_000, migration: 1_500 } as const;
