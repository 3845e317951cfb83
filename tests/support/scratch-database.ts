import { randomBytes } from "node:crypto";
import type pg from "pg";
import { parseEnv } from "../../lib/settings/env";
import { migrate } from "../../scripts/migrate";
import { APPLICATION } from "../../scripts/postgres-roles";
import { closeQueries, query } from "./database";
import { shared } from "./portal";

export type ScratchDatabase = {
  url: string;
  /** As an operator. */
  query: <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) => Promise<Row[]>;
  drop: () => Promise<void>;
};

const TEMPLATE = "migrated_template";
const beside = (url: string, name: string) => url.replace(/[^/]*$/, name);

/** Makes, once for a PostgreSQL, what scratch databases are copies of. */
export async function makeTemplate(settings: Record<string, string>, operatorUrl: string): Promise<void> {
  const url = settings.DATABASE_URL ?? "";
  await query(`CREATE DATABASE ${TEMPLATE} OWNER ${APPLICATION}`, [], operatorUrl);
  await migrate(parseEnv({ ...settings, DATABASE_URL: beside(url, TEMPLATE) }));
  await closeQueries(operatorUrl);
}

/** A migrated database of a test's own, beside the shared one, for tables too full for the other tests. */
export async function scratchDatabase(): Promise<ScratchDatabase> {
  const name = `scratch_${randomBytes(6).toString("hex")}`;
  const url = beside(shared().settings.DATABASE_URL ?? "", name);
  const operatorUrl = beside(shared().operatorUrl, name);
  await query(`CREATE DATABASE ${name} OWNER ${APPLICATION} TEMPLATE ${TEMPLATE}`);
  return {
    url,
    query: (text, values) => query(text, values, operatorUrl),
    drop: async () => {
      await closeQueries(operatorUrl);
      await query(`DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

/** The same as the database of this process, whose connections end before it is dropped. */
export async function ownDatabase(): Promise<ScratchDatabase> {
  const database = await scratchDatabase();
  Object.assign(process.env, shared().settings, { DATABASE_URL: database.url });
  return {
    ...database,
    drop: async () => {
      await (await import("../../lib/database/client")).disconnect();
      await database.drop();
    },
  };
}

type PlanNode = {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number;
  Plans?: PlanNode[];
};

/** Every step that the database took for a statement. */
export async function stepsOf(
  { query }: ScratchDatabase,
  { text, values }: { text: string; values: unknown[] },
): Promise<PlanNode[]> {
  const [row] = await query<{ "QUERY PLAN": [{ Plan: PlanNode }] }>(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values);
  const flat = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(flat)];
  return row ? flat(row["QUERY PLAN"][0].Plan) : [];
}
