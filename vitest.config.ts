import path from "node:path";
import { defineConfig } from "vitest/config";

const alias = { "@": path.resolve("."), "server-only": path.resolve("tests/support/empty.ts") };

/** What is asked over HTTP needs no modules of its own for each file. */
const SHARED = { isolate: false };
/** Each file has its modules to itself in a thread as in a process, which takes longer to begin. */
const OWN_MODULES = { isolate: true, pool: "threads" as const };

/** Tests that need a database, or a portal with one: `tests/support/global-setup.ts` has it running. */
const withPortal = (name: string, include: string[], own: { isolate: boolean; pool?: "threads" } = SHARED) => ({
  extends: true as const,
  test: {
    name,
    include,
    ...own,
    globalSetup: "tests/support/global-setup.ts",
    setupFiles: "tests/support/share-portal.ts",
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});

/** What the way to the database can make a difference to: each use case, and each kind of statement, error and lock. */
const USE_CASES = "tests/http/use-cases.test.ts";
const DATABASE = "tests/database/**/*.test.ts";
const BY_DRIVER = ["at-once", "housekeeping", "instances", "usage", "verify-key", "verify-many"].map(
  (name) => `tests/http/${name}.test.ts`,
);
/** Locks and transactions. What the lists find is the same over any driver; that each is read is a use case. */
const DATABASE_BY_DRIVER = ["bounds", "key-state", "locks", "users"].map((name) => `tests/database/${name}.test.ts`);

export default defineConfig({
  resolve: { alias },
  test: {
    // Left alone, two cores would get one worker, and much of what the tests do is waiting for a server.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["{lib,packages,scripts,components}/**/*.test.ts", "*.test.ts"],
          ...OWN_MODULES,
          // Many inputs on a busy machine: what never comes fails all the same.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      withPortal("database", [DATABASE], OWN_MODULES),
      // The HTTP tests, against a portal with its own database.
      withPortal("http", ["tests/http/**/*.test.ts"]),
      // What the way to the database can make a difference to: by DATABASE_URL, and by that and Neon's driver.
      withPortal("url", [USE_CASES]),
      withPortal("neon", [USE_CASES, ...BY_DRIVER]),
      withPortal("neon-database", DATABASE_BY_DRIVER, OWN_MODULES),
      {
        extends: true,
        test: {
          name: "start",
          include: ["tests/start/**/*.test.ts"],
          setupFiles: "tests/start/setup.ts",
          isolate: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
