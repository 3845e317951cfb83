import { z } from "zod";

export type JsonSchema = {
  $ref?: string;
  type?: string | string[];
  description?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  additionalProperties?: boolean | JsonSchema;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  format?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
};

const PLACE = "#/components/schemas/";

/**
 * What a schema accepts, as JSON Schema 2020-12. Schemas with an `id` in their metadata are put into `shared` and
 * referred to by name. Dates are their ISO 8601 text.
 */
export function toJsonSchema(schema: z.ZodType, shared: Record<string, JsonSchema>): JsonSchema {
  const made = z.toJSONSchema(schema, {
    target: "draft-2020-12",
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type === "date") Object.assign(jsonSchema, { type: "string", format: "date-time" });
      // The largest number that JavaScript counts exactly says nothing to a reader.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      // What a format says is said.
      if (jsonSchema.format) delete jsonSchema.pattern;
      // Left out where a value is transformed, although what is missing is still taken as this.
      const { default: standard } = z.globalRegistry.get(zodSchema) ?? {};
      if (standard !== undefined) jsonSchema.default = standard as typeof jsonSchema.default;
      delete jsonSchema.id;
    },
  });
  const text = JSON.stringify(made).replaceAll('"#/$defs/', `"${PLACE}`);
  const {
    $schema: _,
    $defs = {},
    ...own
  } = JSON.parse(text) as JsonSchema & {
    $schema?: string;
    $defs?: Record<string, JsonSchema>;
  };
  Object.assign(shared, $defs);
  return own;
}
