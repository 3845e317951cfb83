import type { JsonSchema } from "./json-schema";

/** A field as a line of a table: `data.api_keys[].id`. */
export type Field = { name: string; type: string; isRequired: boolean; description: string };

type Schemas = Record<string, JsonSchema>;

/** The fields of an object, those of objects in it included; of a choice between objects one list each. */
export function fieldsOf(schema: JsonSchema, schemas: Schemas): Field[][] {
  const { anyOf, ...resolved } = resolve(schema, schemas);
  if (anyOf) return anyOf.flatMap((choice) => fieldsOf(choice, schemas)).filter((fields) => fields.length > 0);
  return [inside(resolved, schemas, "")];
}

function inside({ properties = {}, required = [] }: JsonSchema, schemas: Schemas, prefix: string): Field[] {
  return Object.entries(properties).flatMap(([key, raw]) => {
    const schema = resolve(raw, schemas);
    const name = prefix + key;
    const own = { name, type: typeOf(schema, schemas), isRequired: required.includes(key), description: describe(raw, schema) };
    return [own, ...nested(schema, schemas, name)];
  });
}

function nested(schema: JsonSchema, schemas: Schemas, name: string): Field[] {
  if (schema.properties) return inside(schema, schemas, `${name}.`);
  const items = schema.items && resolve(schema.items, schemas);
  const choice = items?.properties
    ? items
    : items?.anyOf?.map((each) => resolve(each, schemas)).find(({ properties }) => properties);
  return choice ? inside(choice, schemas, `${name}[].`) : [];
}

function resolve(schema: JsonSchema, schemas: Schemas): JsonSchema {
  const name = schema.$ref?.split("/").at(-1);
  return name === undefined ? schema : resolve(schemas[name] ?? {}, schemas);
}

function typeOf(raw: JsonSchema, schemas: Schemas): string {
  const schema = resolve(raw, schemas);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" or ");
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return [...new Set(choices.map((choice) => typeOf(choice, schemas)))].join(" or ");
  if (schema.type === "array") return schema.items ? `list of ${typeOf(schema.items, schemas)}` : "list";
  const types = [schema.type ?? "anything"].flat().join(" or ");
  return schema.format ? `${types} (${schema.format})` : types;
}

/** What is said of it, and the bounds that no sentence has named. */
function describe(raw: JsonSchema, schema: JsonSchema): string {
  const said = raw.description ?? schema.description ?? "";
  const { minLength, maxLength, minimum, maximum } = schema;
  const bounds = [
    maxLength !== undefined &&
      !said.includes(String(maxLength)) &&
      `${minLength ? `${minLength} to` : "At most"} ${maxLength} characters.`,
    minimum !== undefined && maximum !== undefined && `${minimum} to ${maximum}.`,
    schema.default !== undefined && schema.default !== null && `Left out: ${JSON.stringify(schema.default)}.`,
  ].filter((bound) => bound !== false);
  return [said, ...bounds].filter(Boolean).join(" ");
}
