import type { OpenApi } from "../../tests/support/conformance";

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Schema = { [name: string]: Json };

export type Parameter = { name: string; in: "path" | "query" | "header"; required: boolean; schema: Schema };

/** One operation of the OpenAPI document, with what a request for it is made from. */
export type Operation = {
  id: string;
  method: string;
  path: string;
  /** Ways to show who asks; an empty one needs nothing. */
  security: string[];
  parameters: Parameter[];
  body: Schema | null;
  /** The documented ones. */
  statuses: number[];
  /** What a 413 says that the operation reads at most, in bytes. */
  maxBytes: number;
  /** Whether it checks or sets a password, which is most of what it costs. */
  hasPassword: boolean;
};

type Described = {
  operationId: string;
  security?: Record<string, unknown>[];
  parameters?: Parameter[];
  requestBody?: { content: { "application/json": { schema: Schema } } };
  responses: Record<string, { content?: { "application/json": { examples?: Record<string, { value: Json }> } } }>;
};

const DEFAULT_MAX_BYTES = 64 * 1024;

export function operationsOf(document: OpenApi): Operation[] {
  const paths = Object.entries(document.paths) as unknown as [string, Record<string, Described>][];
  return paths.flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]): Operation => {
      const body = described.requestBody?.content["application/json"].schema ?? null;
      return {
        id: described.operationId,
        method: method.toUpperCase(),
        path,
        security: (described.security ?? [{}]).map((way) => Object.keys(way)[0] ?? ""),
        parameters: described.parameters ?? [],
        body,
        statuses: Object.keys(described.responses).map(Number),
        maxBytes: readMaxBytes(described),
        hasPassword: /password/i.test(JSON.stringify(body?.properties ?? {})),
      };
    }),
  );
}

/** Where a `$ref` of the document leads. */
export function resolveSchema(document: OpenApi, schema: Schema): Schema {
  const name = typeof schema.$ref === "string" ? schema.$ref.split("/").at(-1) : undefined;
  return name === undefined ? schema : resolveSchema(document, document.components.schemas[name] as Schema);
}

function readMaxBytes({ responses }: Described): number {
  const [example] = Object.values(responses[413]?.content?.["application/json"].examples ?? {});
  const value = example?.value;
  const bytes = typeof value === "object" && value !== null && !Array.isArray(value) ? value.max_bytes : undefined;
  return typeof bytes === "number" ? bytes : DEFAULT_MAX_BYTES;
}
