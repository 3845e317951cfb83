import fs from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { copyClone } from "../../tests/support/clone";
import { launch, newFolder } from "../../tests/support/launch";
import { until } from "../../tests/support/server";
import { openClient } from "./contention";
import type { Finding, Weather } from "./drill";
import type { Ground } from "./ground";

const MIGRATION = "ALTER TABLE users ADD COLUMN drill text;\n";

/** A transaction that has only read `users` stays open while a migration wants to alter it. */
export async function blockMigration(ground: Ground, { begins }: Weather, milliseconds: number): Promise<Finding[]> {
  const clone = copyClone(path.join(newFolder("clone"), "clone"), [".next", "bench", "docs"]);
  const folder = path.join(clone, "prisma", "migrations", "20991231000000_drill");
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, "migration.sql"), MIGRATION);
  const reader = await openClient(ground);
  try {
    await reader.query("BEGIN");
    await reader.query("SELECT count(*) FROM users");
    const [own] = (await reader.query<{ pid: number }>("SELECT pg_backend_pid() AS pid")).rows;
    const migrating = await launch({ command: "migrate", clone, env: ground.settings });
    const isBlocked = async () => {
      const blocked = await ground.query("SELECT 1 FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))", [own?.pid]);
      return blocked.length > 0;
    };
    await until(isBlocked, "the migration to wait");
    begins();
    await pause(milliseconds);
    await reader.query("COMMIT");
    const status = await migrating.ended();
    return [
      { says: `the migration is applied in the end (exit ${status})`, holds: status === 0 },
      { says: "it says who blocks", holds: migrating.output().includes(String(own?.pid)) },
    ];
  } finally {
    await reader.end();
  }
}
