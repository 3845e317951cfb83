import fs from "node:fs";
import path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import pg from "pg";
import { checksum } from "../../scripts/backup-file";
import { embeddedUrl } from "../../scripts/postgres";
import { call } from "./client";
import { type Launched, launch, newFolder } from "./launch";

/** A secret that a start has made and kept. */
export const secretOf = (folder: string, name: string) => fs.readFileSync(path.join(folder, "secrets", name), "utf8").trim();

/** Asks the embedded database of a folder. */
export async function ask<Row extends pg.QueryResultRow>(folder: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: embeddedUrl(folder, secretOf(folder, "POSTGRES_PASSWORD")) });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

/** How a command ended, and what it printed. */
export async function run(command: "backup" | "restore", args: string[], dataDirectory: string, env = {}) {
  const one = await launch({ command, args, dataDirectory, env });
  return { status: await one.ended(), output: one.output() };
}

/** What the data plane of a portal says of a credential. */
export async function codeOf(portal: Launched, credential: string): Promise<string> {
  const token = secretOf(portal.dataDirectory, "SERVICE_API_SECRET");
  return (await call("/api/keys/verify", { token, body: { key: credential, cost: 0 } }, portal.url)).body.code;
}

/** A folder with the secrets of one that was backed up, and no database. */
export function folderWithSecrets(original: string): string {
  const folder = newFolder("restored");
  fs.mkdirSync(path.join(folder, "secrets"));
  for (const name of ["KEY_HASH_SECRET", "SERVICE_API_SECRET"]) {
    fs.copyFileSync(path.join(original, "secrets", name), path.join(folder, "secrets", name));
  }
  return folder;
}

/** A copy of a backup with another text, whole in itself unless its foot is left as it is. */
export function alterBackup(backup: string, name: string, change: (text: string) => string, isWhole = true): string {
  const text = gunzipSync(fs.readFileSync(backup)).toString("latin1");
  const [body = "", foot = ""] = [text.slice(0, text.lastIndexOf("{")), text.slice(text.lastIndexOf("{"))];
  const changed = Buffer.from(change(body), "latin1");
  const file = path.join(path.dirname(backup), name);
  const end = isWhole ? `${JSON.stringify({ sha256: checksum(changed) })}\n` : foot;
  fs.writeFileSync(file, gzipSync(Buffer.concat([changed, Buffer.from(end)])));
  return file;
}

type Head = {
  migrations: string[];
  tables: { name: string; columns: string[]; rows: number }[];
  sequences: { name: string }[];
};

/** The text of a backup as it would be without its last migration: no row of that one, and nothing of what it adds. */
export function beforeLastMigration(text: string): string {
  const headEnd = text.indexOf("\n") + 1;
  const head: Head = JSON.parse(text.slice(0, headEnd));
  const last = head.migrations.at(-1) ?? "";
  const { tables: made, columns: added } = additionsOf(last);
  const parts = text.slice(headEnd).split(/^\\\.\n/m);
  const kept = head.tables
    .map(({ name, columns }, index) => {
      const stays = columns.map((column) => !added.includes(`${name}.${column}`));
      const lines = parts[index]?.split("\n").filter(Boolean) ?? [];
      const rows = lines
        .filter((line) => name !== "_prisma_migrations" || !line.includes(`\t${last}\t`))
        .map((line) =>
          line
            .split("\t")
            .filter((_, place) => stays[place])
            .join("\t"),
        );
      return { table: { name, columns: columns.filter((_, place) => stays[place]), rows: rows.length }, rows };
    })
    .filter(({ table }) => !made.includes(table.name));
  const migrations = head.migrations.slice(0, -1);
  const sequences = head.sequences.filter(({ name }) => !made.some((table) => name.startsWith(`${table}_`)));
  const older = { ...head, migrations, sequences, tables: kept.map(({ table }) => table) };
  return [JSON.stringify(older), ...kept.flatMap(({ rows }) => [...rows, "\\."]), ""].join("\n");
}

/** The tables that a migration makes, and the columns that it adds to others. */
function additionsOf(migration: string) {
  const sql = fs.readFileSync(path.join("prisma/migrations", migration, "migration.sql"), "utf8");
  const named = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, name = ""]) => name);
  const columns = sql.split(";").flatMap((statement) => {
    const [table = ""] = named(statement, /ALTER TABLE "(\w+)"/g);
    return named(statement, /ADD COLUMN\s+"(\w+)"/g).map((column) => `${table}.${column}`);
  });
  return { tables: named(sql, /CREATE TABLE "(\w+)"/g), columns };
}
