import fc from "fast-check";
import type { OpenApi } from "../../tests/support/conformance";
import { type Json, resolveSchema, type Schema } from "./document";
import { ALWAYS, FILLS, type Recipe } from "./fills";

const MAX_ITEMS = 4;

/** Values that a JSON schema of the document allows; `name` is the field's, which often says more. */
export function valuesOf(document: OpenApi, given: Schema, name = ""): fc.Arbitrary<Recipe> {
  const known = FILLS[name];
  if (known) return known;
  const schema = resolveSchema(document, given);
  const choices = (schema.anyOf ?? schema.oneOf) as Schema[] | undefined;
  if (choices) return fc.oneof(...choices.map((choice) => valuesOf(document, choice, name)));
  if ("const" in schema) return fc.constant(schema.const as Recipe);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...(schema.enum as Recipe[]));
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type) => valuesOf(document, { ...schema, type }, name)));
  switch (schema.type) {
    case "null":
      return fc.constant(null);
    case "boolean":
      return fc.boolean();
    case "integer":
      return fc.integer({ min: numberOf(schema.minimum, 0), max: numberOf(schema.maximum, 2 ** 31 - 1) });
    case "number":
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case "string":
      return stringsOf(schema);
    case "array":
      return arraysOf(document, schema);
    case "object":
      return objectsOf(document, schema);
    default:
      return fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Recipe>;
  }
}

function stringsOf(schema: Schema): fc.Arbitrary<string> {
  if (schema.format === "uuid") return fc.uuid();
  if (schema.format === "email") return fc.constant("somebody@example.com");
  if (schema.format === "date-time") return fc.constant("2031-01-01T00:00:00.000Z");
  if (typeof schema.pattern === "string") return fc.stringMatching(new RegExp(schema.pattern));
  const minLength = numberOf(schema.minLength, 0);
  return fc.string({ minLength, maxLength: Math.max(minLength, Math.min(numberOf(schema.maxLength, 40), 40)) });
}

function arraysOf(document: OpenApi, schema: Schema): fc.Arbitrary<Recipe> {
  const minLength = numberOf(schema.minItems, 0);
  const maxLength = Math.max(minLength, Math.min(numberOf(schema.maxItems, MAX_ITEMS), MAX_ITEMS));
  return fc.array(valuesOf(document, (schema.items ?? {}) as Schema), { minLength, maxLength });
}

function objectsOf(document: OpenApi, schema: Schema): fc.Arbitrary<Recipe> {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, Schema>);
  const fields = Object.fromEntries(properties.map(([name, of]) => [name, valuesOf(document, of, name)]));
  const always = [...((schema.required ?? []) as string[]), ...ALWAYS.filter((name) => name in fields)];
  return fc.record(fields, { requiredKeys: always, noNullPrototype: true });
}

function numberOf(value: Json | undefined, fallback: number): number {
  return typeof value === "number" ? value : fallback;
}
