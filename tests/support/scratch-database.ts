import { randomBytes } from "node:crypto";
import pg from "pg";
import { parseEnv } from "../../lib/env";
import { migrate } from "../../scripts/migrate";
import { shared } from "./client";

export type ScratchDatabase = {
  url: string;
  query: <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) => Promise<Row[]>;
  drop: () => Promise<void>;
};

/** A migrated database of a test's own, beside the shared one, for tables too full for the other tests. */
export async function scratchDatabase(): Promise<ScratchDatabase> {
  const name = `scratch_${randomBytes(6).toString("hex")}`;
  const url = (shared().settings.DATABASE_URL ?? "").replace(/[^/]*$/, name);
  await inShared(`CREATE DATABASE ${name}`);
  await migrate(parseEnv({ ...shared().settings, DATABASE_URL: url }));
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return {
    url,
    query: async (text, values) => (await client.query(text, values)).rows,
    drop: async () => {
      await client.end();
      await inShared(`DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function inShared(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: shared().settings.DATABASE_URL });
  await client.connect();
  await client.query(text);
  await client.end();
}

export type PlanNode = {
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
