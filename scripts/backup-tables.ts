import type pg from "pg";

/**
 * Left out of a backup, with what would open something by itself or under another secret: sign-ins (`sessions`, with the
 * keys of their tokens, `jwks`), links that were mailed (`verifications`), what is of the last minutes, and what is told by
 * transactions of this database (`key_changes` and what follows). People sign in again, and verifiers begin anew.
 */
export const LEFT_OUT: readonly string[] = [
  ...["sessions", "jwks", "verifications", "rate_limits", "health_checks", "import_files"],
  ...["key_changes", "feed_cuts", "verifier_sessions", "verifier_acks", "feed_snapshots", "feed_pages"],
];
/** Other people's tokens, and transactions of this database: written as null. */
export const BLANK: readonly string[] = [
  "audit_entries.xid",
  "accounts.access_token",
  "accounts.refresh_token",
  "accounts.id_token",
];

export type Table = { name: string; columns: string[]; rows: number };
export type Sequence = { name: string; value: string; isCalled: boolean };

/** How text stands in a backup, whatever the database's own settings are. */
export const SESSION = "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET client_encoding = 'UTF8'; SET bytea_output = 'hex'";

/** All that a backup holds, tables after those that they refer to. Counted in the transaction that it is asked in. */
export async function readTables(client: pg.Client): Promise<Table[]> {
  const { rows } = await client.query<Omit<Table, "rows"> & { parents: string[] }>(TABLES, [LEFT_OUT]);
  const tables: Table[] = [];
  for (let waiting = rows; waiting.length > 0; ) {
    const done = tables.map(({ name }) => name);
    const next = waiting.filter(({ parents }) => parents.every((parent) => done.includes(parent)));
    if (next.length === 0) throw new Error(`Tables refer to one another in a circle: ${waiting.map(({ name }) => name).join()}.`);
    for (const { name, columns } of next) tables.push({ name, columns, rows: await countRows(client, name) });
    waiting = waiting.filter((table) => !next.includes(table));
  }
  return tables;
}

/** Where each sequence stands. Read after a snapshot was taken: no row of that one has a later number. */
export async function readSequences(client: pg.Client): Promise<Sequence[]> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT relname AS name FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace ORDER BY 1",
  );
  const sequences: Sequence[] = [];
  for (const { name } of rows) {
    const state = `SELECT last_value::text AS value, is_called AS "isCalled" FROM public.${client.escapeIdentifier(name)}`;
    const [row] = (await client.query<Omit<Sequence, "name">>(state)).rows;
    if (row) sequences.push({ name, ...row });
  }
  return sequences;
}

/** The rows of a table, for COPY. */
export function selectRows(client: pg.Client, { name, columns }: Table): string {
  const list = columns.map((column) => (BLANK.includes(`${name}.${column}`) ? "NULL" : client.escapeIdentifier(column)));
  return `SELECT ${list.join(", ")} FROM public.${client.escapeIdentifier(name)}`;
}

async function countRows(client: pg.Client, name: string): Promise<number> {
  const { rows } = await client.query<{ count: string }>(`SELECT count(*) FROM public.${client.escapeIdentifier(name)}`);
  return Number(rows[0]?.count);
}

/** Generated columns make themselves. A table that refers to one that is left out would be one with holes. */
const TABLES = `
  SELECT relname AS name,
    ARRAY(SELECT attname::text FROM pg_attribute
      WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum) AS columns,
    ARRAY(SELECT DISTINCT parent.relname::text FROM pg_constraint k JOIN pg_class parent ON parent.oid = confrelid
      WHERE conrelid = c.oid AND contype = 'f' AND confrelid <> conrelid) AS parents
  FROM pg_class c
  WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> ALL ($1)
  ORDER BY relname`;
