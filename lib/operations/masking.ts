import "server-only";
import { maskCredentials, maskVersion } from "@latchkey/rule/credentials";
import { maskedJson } from "@latchkey/rule/masked-json";
import { sql, transaction } from "@/lib/database/client";
import { int, json, nullable, statement, text } from "@/lib/database/statements";
import { maskedRows } from "@/lib/metrics/counters";
import { log } from "@/lib/settings/log";
import { storedEventId } from "@/lib/usage/event-id";
import { refreshForms } from "@/lib/verification/read-forms";

const CHUNK = 500;
/** Of a table in one run. What is left over is for the next. */
const MAX_CHUNKS = 2_000;

type Change = (text: string) => string;

/** An equal value stays as it was written. */
const changeJson: Change = (written) => {
  const value = JSON.parse(written);
  const masked = maskedJson(value);
  return masked === JSON.stringify(value) ? written : masked;
};

/** `first`: below every value of a key. `isFixed`: the database refuses changes of its rows, which are then only counted. */
type Kept = {
  key: { column: string; type: string; first: string }[];
  columns: Record<string, { type: string; change: Change }>;
  isFixed?: true;
};

const NAME = { type: "text", change: maskCredentials };
const JSON_TEXT = { type: "json", change: changeJson };
const BY_NUMBER = [{ column: "id", type: "bigint", first: "0" }];
const BY_UUID = [{ column: "id", type: "uuid", first: "00000000-0000-0000-0000-000000000000" }];

/** Where texts from outside are kept. */
const KEPT: Record<string, Kept> = {
  usage_events: {
    key: [
      { column: "key_id", type: "int", first: "0" },
      { column: "event_id", type: "text", first: "" },
    ],
    columns: { event_id: { type: "text", change: storedEventId }, endpoint: NAME, request_id: NAME, meta: JSON_TEXT },
  },
  api_keys: { key: [{ column: "id", type: "int", first: "0" }], columns: { name: NAME, note: NAME } },
  users: { key: BY_UUID, columns: { name: NAME, first_name: NAME, last_name: NAME, ban_reason: NAME } },
  sessions: { key: BY_UUID, columns: { user_agent: NAME } },
  key_refusals: { key: BY_NUMBER, columns: { asked: NAME } },
  audit_entries: { key: BY_NUMBER, columns: { before: JSON_TEXT, after: JSON_TEXT }, isFixed: true },
  credit_entries: { key: BY_NUMBER, columns: { reason: NAME }, isFixed: true },
};

type Place = string[];

function statementsOf(table: string, { key, columns, isFixed }: Kept) {
  const names = Object.keys(columns);
  const columnsOf = key.map(({ column }) => `t.${column}`).join(", ");
  const placeIn = (json: string) => key.map(({ type }, index) => `(${json}->>${index})::${type}`).join(", ");
  const values = names.map((name, index) => `${name} = (n.row->'texts'->>${index})::${columns[name]?.type}`);
  return {
    read: statement(
      `read-kept-${table}`,
      { place: json<Place>(), texts: json<(string | null)[]>() },
      `SELECT json_build_array(${columnsOf}) AS place, json_build_array(${names.map((name) => `t.${name}::text`).join(", ")}) AS texts
       FROM ${table} t WHERE (${columnsOf}) > (${placeIn("$place::json")}) ORDER BY ${columnsOf} LIMIT ${CHUNK}`,
    ),
    // A row whose own place changes may find another there already, and stays until it goes by its age.
    write: isFixed
      ? null
      : statement(
          `mask-kept-${table}`,
          {},
          `UPDATE ${table} t SET ${values.join(", ")} FROM json_array_elements($changed::json) AS n(row)
       WHERE (${columnsOf}) = (${placeIn("n.row->'place'")})
         AND NOT EXISTS (SELECT 1 FROM ${table} t WHERE (${columnsOf}) = (${placeIn("n.row->'to'")}) AND n.row->>'to' <> n.row->>'place')`,
        ),
  };
}

const TABLES = Object.entries(KEPT).map(([table, kept]) => ({ table, kept, ...statementsOf(table, kept) }));

const BEGIN = statement(
  "begin-mask-pass",
  {},
  `INSERT INTO mask_passes (table_name, version) SELECT $table, $version
   WHERE NOT EXISTS (SELECT 1 FROM mask_passes WHERE table_name = $table AND version >= $version)
   ON CONFLICT (table_name) DO UPDATE SET version = excluded.version, place = NULL, found = 0, begun_at = now(), done_at = NULL
   WHERE mask_passes.version < excluded.version`,
);

// Only one at a time: who finds it locked leaves it to whoever has it. Not while instances of the version before may still run.
const CLAIM = statement(
  "claim-mask-pass",
  { place: nullable(text), found: int },
  `SELECT place, found FROM mask_passes WHERE table_name = $table AND version = $version AND done_at IS NULL
     AND begun_at < now() - interval '1 hour' FOR UPDATE SKIP LOCKED`,
);

const ADVANCE = statement(
  "advance-mask-pass",
  {},
  `UPDATE mask_passes SET place = $place, found = $found, done_at = CASE WHEN $isDone::bool THEN now() END WHERE table_name = $table`,
);

/**
 * Masks what was stored before this version of the mask, or before the forms of other products' credentials that are known now: once,
 * an hour after the first instance that has it, a chunk in each transaction together with how far it came,
 * so that a process that ends loses nothing of it. Rows that the database keeps from changes are counted.
 * @returns rows with credentials that were found now, by table
 */
export async function maskStored(): Promise<Record<string, number>> {
  await refreshForms();
  const version = maskVersion();
  const found: Record<string, number> = {};
  for (const each of TABLES) {
    await sql(BEGIN, { table: each.table, version });
    found[each.table] = 0;
    for (let chunk = 0; chunk < MAX_CHUNKS; chunk += 1) {
      const step = await maskChunk(each, version);
      found[each.table] = (found[each.table] ?? 0) + step.found;
      if (step.isOver) break;
    }
  }
  return found;
}

type Table = (typeof TABLES)[number];

async function maskChunk({ table, kept, read, write }: Table, version: number): Promise<{ found: number; isOver: boolean }> {
  const step = await transaction(async (run) => {
    const [pass] = await run(CLAIM, { table, version });
    if (!pass) return null;
    const rows = await run(read, { place: pass.place ?? JSON.stringify(kept.key.map(({ first }) => first)) });
    const changed = rows.flatMap(({ place, texts }) => changeOf(kept, place, texts));
    if (changed.length > 0 && write) await run(write, { changed: JSON.stringify(changed) });
    const isOver = rows.length < CHUNK;
    const all = pass.found + changed.length;
    await run(ADVANCE, { table, place: JSON.stringify(rows.at(-1)?.place ?? null), found: all, isDone: isOver });
    return { found: changed.length, all, isOver };
  });
  if (!step) return { found: 0, isOver: true };
  maskedRows.inc({ table, outcome: write ? "masked" : "left" }, step.found);
  if (step.isOver) tellEnd(table, step.all, write !== null);
  return step;
}

/** `to`: where the row stands then. */
function changeOf({ key, columns }: Kept, place: Place, texts: (string | null)[]) {
  const masked = texts.map((written, index) =>
    written === null ? null : (Object.values(columns)[index]?.change(written) ?? null),
  );
  if (masked.every((written, index) => written === texts[index])) return [];
  const to = key.map(({ column }, index) => masked[Object.keys(columns).indexOf(column)] ?? place[index]);
  return [{ place, texts: masked, to }];
}

function tellEnd(table: string, rows: number, isMasked: boolean): void {
  if (isMasked) log.info({ table, rows }, "stored credentials were masked");
  else if (rows > 0) log.warn({ table, rows }, "credentials are in rows that cannot be changed: they are shown masked");
}
