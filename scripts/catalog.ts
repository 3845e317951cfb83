import fs from "node:fs";
import pg from "pg";
import { directUrl } from "../lib/settings/database-url";
import { Failure } from "./failure";
import { withDatabase } from "./migrate";

const SCHEMA = "prisma/schema.prisma";

/** `catalog`: compares the schema file, and what it says of the migrations, with the database that is there. */
export async function main(): Promise<void> {
  const differences = await withDatabase(async (env) => compareWithCatalog(directUrl(env)));
  if (differences.length > 0) throw new Failure(differences.join("\n"));
  console.log(`The database has what ${SCHEMA} says, and nothing else.`);
}

/** What is in the database alone, and in the schema file alone: a line each. */
export async function compareWithCatalog(url: string, schema = fs.readFileSync(SCHEMA, "utf8")): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ thing: string }>(CATALOG);
    const live = rows.map(({ thing }) => thing);
    const told = [...columnsOf(schema), ...tellings(schema)];
    const names = told.map((thing) => thing.replace(/\?$/, ""));
    return [
      ...live.filter((thing) => !names.includes(thing)).map((thing) => `Only in the database: ${thing}`),
      ...told.filter((thing) => !thing.endsWith("?") && !live.includes(thing)).map((thing) => `Only in ${SCHEMA}: ${thing}`),
    ].sort();
  } finally {
    await client.end();
  }
}

/** `/// Only in the migrations: index a_b_idx, trigger c`: with a question mark for what some databases do not have. */
function tellings(schema: string): string[] {
  return [...schema.matchAll(/^ *\/\/\/ Only in the migrations: (.*)$/gm)].flatMap(([, list = ""]) =>
    list.split(",").map((thing) => thing.trim().replace(/\.$/, "")),
  );
}

/** Each model's columns, as `column table.column`, with `null` after those that may be. */
function columnsOf(schema: string): string[] {
  const models = [...schema.matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm)];
  const modelNames = new Set(models.map(([, name]) => name));
  return models.flatMap(([, name = "", body = ""]) => {
    const table = /@@map\("(\w+)"\)/.exec(body)?.[1] ?? name;
    const fields = [...body.matchAll(/^ {2}(\w+) +(\w+(?:\("[^)]*"\))?)(\??)(\[\])?(.*)$/gm)];
    return fields
      .filter(([, , type = ""]) => !modelNames.has(type))
      .map(([, field, , optional, , rest = ""]) => {
        const column = /@map\("(\w+)"\)/.exec(rest)?.[1] ?? field;
        return `column ${table}.${column}${optional ? " null" : ""}`;
      });
  });
}

/** Of our own schema: every column, and what Prisma's schema language has no word for. */
const CATALOG = `
  WITH ours AS (
    SELECT oid, relname, relkind FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relname <> '_prisma_migrations'
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = pg_class.oid AND d.deptype = 'e')
  )
  SELECT 'column ' || relname || '.' || attname
    || CASE WHEN attgenerated <> '' THEN ' generated' WHEN attnotnull THEN '' ELSE ' null' END AS thing
    FROM ours JOIN pg_attribute ON attrelid = ours.oid WHERE relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped
  UNION ALL SELECT 'view ' || relname FROM ours WHERE relkind IN ('v', 'm')
  UNION ALL SELECT 'index ' || i.relname
    FROM ours i JOIN pg_index x ON x.indexrelid = i.oid JOIN pg_am a ON a.oid = (SELECT relam FROM pg_class WHERE oid = i.oid)
    WHERE x.indpred IS NOT NULL OR x.indexprs IS NOT NULL OR a.amname NOT IN ('btree', 'brin')
  UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger JOIN ours ON ours.oid = tgrelid WHERE NOT tgisinternal
  UNION ALL SELECT 'check ' || conname FROM pg_constraint JOIN ours ON ours.oid = conrelid WHERE contype = 'c'
  UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = pg_proc.oid AND d.deptype = 'e')
  UNION ALL SELECT 'extension ' || extname FROM pg_extension WHERE extname <> 'plpgsql'`;
