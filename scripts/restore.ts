import fs from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { LOCK_WAIT_MS } from "../lib/database/locks";
import { directUrl } from "../lib/settings/database-url";
import { secretId } from "../lib/verification/hash-secrets";
import { fileOf } from "./backup";
import { type Head, readBackup } from "./backup-file";
import { SESSION } from "./backup-tables";
import { dataDirectory } from "./environment";
import { Failure } from "./failure";
import { migrate, withDatabase } from "./migrate";
import { MIGRATIONS, readMigrations } from "./migration-files";

const REPLACE = "--replace";

/** `restore FILE [--replace]`: puts a backup's data into the database, all of it or nothing. */
export async function main(args: string[]): Promise<void> {
  const names = args.filter((arg) => arg !== REPLACE);
  const file = fileOf(names, "restore");
  const isEmbedded = !process.env.DATABASE_URL?.trim();
  // Before anything is made or started.
  const { head, sha256 } = await readBackup(file, requireRows, requireFitting);
  const applied = await withDatabase(async (env) => {
    await loadBackup(directUrl(env), { file, sha256, isEmbedded, mayReplace: names.length < args.length });
    return migrate(env);
  });
  const rows = head.tables.reduce((sum, table) => sum + table.rows, 0);
  console.log(`Restored ${rows} rows, as they were at ${head.made_at}. Everybody signs in again.`);
  if (applied.length > 0) console.log(`Applied migrations: ${applied.join(", ")}.`);
}

async function requireRows(table: Head["tables"][number], rows: AsyncIterable<Buffer>): Promise<void> {
  let count = 0;
  for await (const piece of rows) for (const byte of piece) if (byte === 0x0a) count += 1;
  if (count !== table.rows) throw new Failure(`The backup has ${count} rows of ${table.name} and should have ${table.rows}.`);
}

/** Whether what is in the backup works with these settings and this code. */
function requireFitting({ key_hash_secrets: [needed = "", former], migrations }: Head): void {
  const known = readMigrations(MIGRATIONS).migrationDirectories.map(({ path: name }) => name);
  const unknown = migrations.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Failure(`The backup is of a later version of the portal (${unknown.join(", ")}). Restore it with that one.`);
  }
  const present = presentSecrets().map(secretId);
  if (!present.includes(needed)) {
    const kept = path.join(dataDirectory(), "secrets", "KEY_HASH_SECRET");
    throw new Failure(
      `The backup was made under another KEY_HASH_SECRET: none of its keys would work. Nothing was changed. Put the secret of then into ${kept}, or set it, and try again.`,
    );
  }
  if (former && !present.includes(former)) {
    console.log("Keys that were still under the former secret then work only with it as KEY_HASH_SECRET_PREVIOUS.");
  }
}

function presentSecrets(): string[] {
  const kept = path.join(dataDirectory(), "secrets", "KEY_HASH_SECRET");
  const { KEY_HASH_SECRET, KEY_HASH_SECRET_PREVIOUS } = process.env;
  const current = KEY_HASH_SECRET?.trim() || (fs.existsSync(kept) ? fs.readFileSync(kept, "utf8").trim() : "");
  return [current, KEY_HASH_SECRET_PREVIOUS?.trim() ?? ""].filter((secret) => secret !== "");
}

type Load = { file: string; sha256: string; isEmbedded: boolean; mayReplace: boolean };

async function loadBackup(url: string, { file, sha256, isEmbedded, mayReplace }: Load): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 30_000 });
  client.on("error", () => {});
  await client.connect();
  try {
    await client.query(`${SESSION}; BEGIN; SET LOCAL lock_timeout = ${LOCK_WAIT_MS.command}`);
    if (isEmbedded) await clear(client, mayReplace);
    else await requireEmpty(client);
    const load = (table: Head["tables"][number], rows: AsyncIterable<Buffer>) => loadRows(client, table, rows);
    let always: string[] = [];
    const loaded = await readBackup(file, load, async (head) => {
      always = await makeTables(client, head);
    });
    if (loaded.sha256 !== sha256)
      throw new Failure(`${file} was changed while it was read. Nothing was changed in the database.`);
    for (const { name, value, isCalled } of loaded.head.sequences) {
      await client.query("SELECT setval($1::regclass, $2::bigint, $3)", [inPublic(name), value, isCalled]);
    }
    for (const change of always) await client.query(change);
    // Whoever holds what the feed told fetches it anew. The salt is that of the digests.
    if (loaded.head.tables.some(({ name }) => name === "feed_state"))
      await client.query(
        "UPDATE feed_state SET epoch = gen_random_uuid(), history = NULL, secrets = NULL, cut = NULL, cut_taken_at = NULL",
      );
    await client.query("COMMIT; ANALYZE");
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`The restore failed, and nothing of it was kept. ${error instanceof Error ? error.message : error}`);
  } finally {
    // What was not committed is as if it had not been.
    await client.end().catch(() => {});
  }
}

/** The embedded database is the portal's alone. */
async function clear(client: pg.Client, mayReplace: boolean): Promise<void> {
  const { rowCount: others } = await client.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user
       AND backend_type = 'client backend' AND pid <> pg_backend_pid()`,
  );
  // One is of this command itself, which holds PostgreSQL.
  if ((others ?? 0) > 1) throw new Failure("The portal is running. Stop it, then restore.");
  const hasTable = (await client.query("SELECT to_regclass('public.users') AS name")).rows[0]?.name;
  const hasUsers = hasTable && (await client.query("SELECT FROM users LIMIT 1")).rowCount;
  if (hasUsers && !mayReplace) {
    throw new Failure(
      `The database holds users already. Nothing was changed. To put the backup in place of all that is there, add ${REPLACE}.`,
    );
  }
  await client.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC");
}

async function requireEmpty(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query(
    "SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LIMIT 1",
  );
  if (rowCount === 0) return;
  throw new Failure(
    "The database of DATABASE_URL is not empty. Make an empty one, restore into that, and let DATABASE_URL name it.",
  );
}

/**
 * As they were when the backup was made: by its migrations, whose own table is made by Prisma's engine otherwise.
 * @returns what is to be done once the rows are there, for triggers
 */
async function makeTables(client: pg.Client, { migrations, tables }: Head): Promise<string[]> {
  await client.query(`CREATE TABLE _prisma_migrations (
    id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL,
    logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count int NOT NULL DEFAULT 0)`);
  for (const { path: name, migrationFile } of readMigrations(MIGRATIONS).migrationDirectories) {
    if (migrations.includes(name)) await client.query(migrationFile.content.value);
  }
  const { rows } = await client.query<{ change: string }>(ALWAYS);
  // Balances and the like come with the rows, as does what migrations put there: nothing is to be there twice.
  for (const { name } of tables)
    await client.query(`ALTER TABLE ${inPublic(name)} DISABLE TRIGGER USER; DELETE FROM ${inPublic(name)}`);
  return rows.map(({ change }) => change);
}

/** Triggers that fire for everybody: to enable all of a table makes them ordinary ones. */
const ALWAYS = `
  SELECT format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', tgrelid::regclass, tgname) AS change
  FROM pg_trigger WHERE tgenabled = 'A' AND NOT tgisinternal`;

async function loadRows(
  client: pg.Client,
  { name, columns }: Head["tables"][number],
  rows: AsyncIterable<Buffer>,
): Promise<void> {
  const list = columns.map((column) => pg.escapeIdentifier(column)).join(", ");
  await pipeline(Readable.from(rows), client.query(copyFrom(`COPY ${inPublic(name)} (${list}) FROM STDIN`)));
  await client.query(`ALTER TABLE ${inPublic(name)} ENABLE TRIGGER USER`);
}

function inPublic(name: string): string {
  return `public.${pg.escapeIdentifier(name)}`;
}
