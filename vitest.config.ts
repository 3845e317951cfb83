import path from "node:path";
import { defineConfig } from "vitest/config";

const alias = { "@": path.resolve("."), "server-only": path.resolve("tests/support/empty.ts") };

export default defineConfig({
  resolve: { alias },
  test: {
    // Left alone, two cores would get one worker, and much of what the tests do is waiting for a server.
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: "unit", include: ["lib/**/*.test.ts"] } },
      { extends: true, test: { name: "faults", include: ["tests/faults/**/*.test.ts"], testTimeout: 300_000 } },
      // The HTTP tests, by each driver.
      ...["api", "neon"].map((name) => ({
        extends: true as const,
        test: {
          name,
          include: ["tests/api/**/*.test.ts"],
          globalSetup: "tests/support/global-setup.ts",
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      })),
      {
        extends: true,
        test: {
          name: "start",
          include: ["tests/start/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
