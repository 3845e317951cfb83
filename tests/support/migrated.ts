import fs from "node:fs";
import path from "node:path";
import { parseEnv } from "../../lib/settings/env";
import { hashSources } from "../../scripts/build";
import { withLock } from "../../scripts/lock";
import { migrate } from "../../scripts/migrate";
import { type Cluster, openCluster, superuserUrl } from "../../scripts/postgres";
import { exists } from "../../scripts/postgres-host";
import { must } from "./clone";
import { newFolder } from "./launch";
import { makeTemplate } from "./scratch-database";
import { deploymentSettings, randomSecret, scratchFolder } from "./server";

/** What a new database is made by: with anything of it changed, another is made. */
const MADE_BY = ["lib/database", "package-lock.json", "packages/rule", "prisma/migrations", "scripts", "tests/support"];
const SUPERUSER_PASSWORD = "POSTGRES_SUPERUSER_PASSWORD";
const HOME = path.resolve(".data", "test", "migrated");

/**
 * A PostgreSQL of a test's own in `folder`, with a migrated database and what scratch databases are copies of: a copy of one that
 * is made once for the migrations there are. Making one takes longer than most of what is done with it.
 */
export async function openMigrated(folder: string): Promise<Cluster> {
  return openCluster(folder, await copyMigrated(folder));
}

/** A folder in which there is a database already, for a start that is not about making it. */
export async function migratedFolder(): Promise<string> {
  const folder = newFolder();
  keep(folder, "POSTGRES_PASSWORD", await copyMigrated(folder));
  // What a database holds was made under these: a start does not make them for one that is there.
  for (const name of ["BETTER_AUTH_SECRET", "KEY_HASH_SECRET"]) keep(folder, name, randomSecret());
  return folder;
}

/** Answers the password of the portal's role. */
async function copyMigrated(folder: string): Promise<string> {
  const made = await withLock(HOME, makeOnce);
  keep(folder, SUPERUSER_PASSWORD, secretIn(made, SUPERUSER_PASSWORD));
  const password = secretIn(made, "POSTGRES_PASSWORD");
  // Where PostgreSQL has a user of its own, its data is somewhere else, and made by the folder's name.
  if (exists(path.join(made, "postgres"))) must("cp", "-a", path.join(made, "postgres"), folder);
  else await fill(folder, password);
  return password;
}

async function makeOnce(): Promise<string> {
  const made = path.join(HOME, hashSources(MADE_BY).slice(0, 16));
  if (fs.existsSync(made)) return made;
  for (const former of fs.readdirSync(HOME)) {
    if (former !== "start.lock") fs.rmSync(path.join(HOME, former), { recursive: true });
  }
  // On the disk that it is kept on.
  const [fresh, password] = [scratchFolder("migrated"), randomSecret()];
  keep(fresh, "POSTGRES_PASSWORD", password);
  const cluster = await fill(fresh, password);
  await cluster.stop();
  fs.renameSync(fresh, made);
  return made;
}

async function fill(folder: string, password: string): Promise<Cluster> {
  const cluster = await openCluster(folder, password);
  const settings = deploymentSettings(cluster.url);
  await migrate(parseEnv(settings));
  await makeTemplate(settings, superuserUrl(folder));
  return cluster;
}

function keep(folder: string, name: string, secret: string): void {
  fs.mkdirSync(path.join(folder, "secrets"), { recursive: true, mode: 0o700 });
  fs.writeFileSync(path.join(folder, "secrets", name), `${secret}\n`, { mode: 0o600 });
}

function secretIn(folder: string, name: string): string {
  return fs.readFileSync(path.join(folder, "secrets", name), "utf8").trim();
}
