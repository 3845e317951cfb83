import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import { directUrl } from "../lib/settings/database-url";
import type { Env } from "../lib/settings/env";
import { secretId } from "../lib/verification/hash-secrets";
import { END_OF_ROWS, FORMAT, type Head } from "./backup-file";
import { readSequences, readTables, SESSION, selectRows } from "./backup-tables";
import { explainFileError, Failure } from "./failure";
import { withDatabase } from "./migrate";
import { FINISHED } from "./migration-files";

/** `backup FILE`: writes the portal's data, as it is at one moment, while the portal runs or not. */
export async function main(args: string[]): Promise<void> {
  const file = fileOf(args);
  if (!fs.existsSync(path.dirname(file))) throw new Failure(`There is no folder ${path.dirname(file)}.`);
  if (fs.statSync(file, { throwIfNoEntry: false })?.isDirectory()) throw new Failure(`${file} is a folder: name a file.`);
  const rows = await withDatabase((env) => writeBackup(env, file));
  console.log(`Wrote ${rows} rows to ${file}. Keep KEY_HASH_SECRET elsewhere: without it the keys in there are worth nothing.`);
}

/** The only argument, a path seen from where the command was typed. */
export function fileOf([file, ...rest]: string[], command = "backup"): string {
  if (!file || rest.length > 0) throw new Failure(`Name one file: npm run ${command} -- FILE`);
  return path.resolve(process.env.INIT_CWD ?? ".", file);
}

/** @returns how many rows there are in it */
export async function writeBackup(env: Env, file: string): Promise<number> {
  const client = new pg.Client({ connectionString: directUrl(env), connectionTimeoutMillis: 30_000 });
  client.on("error", () => {});
  const fresh = `${file}.new`;
  try {
    await client.connect();
    await client.query(`${SESSION}; BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY`);
    const head = await readHead(client, env);
    fs.rmSync(fresh, { force: true });
    const output = fs.createWriteStream(fresh, { mode: 0o600, flags: "wx", flush: true });
    await pipeline(Readable.from(contents(client, head)), createGzip(), output);
    fs.renameSync(fresh, file);
    return head.tables.reduce((sum, { rows }) => sum + rows, 0);
  } catch (error) {
    fs.rmSync(fresh, { force: true });
    throw explainFileError(error, `writing ${file}`, "Name another file.");
  } finally {
    await client.end().catch(() => {});
  }
}

async function readHead(client: pg.Client, env: Env): Promise<Head> {
  const tables = await readTables(client);
  if (!tables.some(({ name }) => name === "_prisma_migrations"))
    throw new Failure("The database has no tables: nothing to back up.");
  const migrations = await client.query<{ name: string }>(
    `SELECT migration_name AS name FROM _prisma_migrations WHERE ${FINISHED} ORDER BY 1`,
  );
  const secrets = [env.KEY_HASH_SECRET, env.KEY_HASH_SECRET_PREVIOUS].filter((secret) => secret !== undefined);
  return {
    latchkey_backup: FORMAT,
    version: (JSON.parse(fs.readFileSync("package.json", "utf8")) as { version: string }).version,
    made_at: new Date().toISOString(),
    migrations: migrations.rows.map(({ name }) => name),
    key_hash_secrets: secrets.map(secretId),
    tables,
    sequences: await readSequences(client),
  };
}

async function* contents(client: pg.Client, head: Head): AsyncGenerator<Buffer> {
  const hash = createHash("sha256");
  const add = (piece: string | Buffer): Buffer => {
    const bytes = Buffer.from(piece);
    hash.update(bytes);
    return bytes;
  };
  yield add(`${JSON.stringify(head)}\n`);
  for (const table of head.tables) {
    const rows = client.query(copyTo(`COPY (${selectRows(client, table)}) TO STDOUT`));
    for await (const piece of rows) yield add(piece);
    yield add(END_OF_ROWS);
  }
  yield Buffer.from(`${JSON.stringify({ sha256: hash.digest("hex") })}\n`);
}
