import pg from "pg";

/** A column of an answer: the PostgreSQL types it may have, and, as a type alone, what the driver makes of them. */
export type Column<Value> = { readonly types: readonly string[]; readonly value?: Value };
export type Columns = Readonly<Record<string, Column<unknown>>>;
export type RowOf<Shape extends Columns> = {
  [Name in keyof Shape]: Shape[Name] extends Column<infer Value> ? Value : never;
};

const column = <Value>(...types: string[]): Column<Value> => ({ types });

export const text = column<string>("text", "varchar");
export const uuid = column<string>("uuid");
export const bool = column<boolean>("bool");
/** Whole numbers, of 64 bits too: what does not fit a double exactly is an error, and not another number. */
export const int = column<number>("int2", "int4", "int8");
export const float = column<number>("float4", "float8");
export const instant = column<Date>("timestamptz");
export const bytes = column<Buffer>("bytea");
export const texts = column<string[]>("_text", "_varchar");

/** Parsed JSON of a shape that whoever wrote it has checked. */
export const json = <Value>() => column<Value>("json", "jsonb");
/** Text of which a table's enum or a query allows these words alone. */
export const word = <Word extends string>(type = "text") => column<Word>(type, "text");
export const nullable = <Value>({ types }: Column<Value>) => column<Value | null>(...types);

/** A prepared statement, its columns, and the names that its text has for values: `$owner`. */
export type Statement<Shape extends Columns> = {
  readonly name: string;
  readonly text: string;
  readonly columns: Shape;
  readonly valueNames: readonly string[];
};

const known = new Map<string, Statement<Columns>>();

/** Every named statement of the modules that are loaded, for the test that asks PostgreSQL about them. */
export function knownStatements(): Statement<Columns>[] {
  return [...known.values()];
}

/**
 * Values stand in the text by their names, the same one as often as it is needed. A statement without a name is parsed anew
 * each time: for texts that differ from call to call.
 */
export function statement<Shape extends Columns>(name: string, columns: Shape, written: string): Statement<Shape> {
  const valueNames: string[] = [];
  const numbered = written.replaceAll(/\$([a-z]\w*)/gi, (_, valueName: string) => {
    if (!valueNames.includes(valueName)) valueNames.push(valueName);
    return `$${valueNames.indexOf(valueName) + 1}`;
  });
  const made = { name, text: numbered, columns, valueNames };
  if (name) known.set(name, made);
  return made;
}

export type Values = Readonly<Record<string, unknown>>;

/** Takes a value in, and answers what stands for it in the text. */
export type AddValue = (name: string, value: unknown) => string;

/** For a text that is put together from conditions. A name may be given more than once. */
export function collectValues() {
  const values: Record<string, unknown> = {};
  const add: AddValue = (name, value) => {
    const unique = `${name}${Object.keys(values).length}`;
    values[unique] = value;
    return `$${unique}`;
  };
  return { values, add };
}

/** What the driver is asked. A value that is missing, or that no place in the text is for, is a mistake of ours. */
export function toQuery(asked: Statement<Columns>, values: Values) {
  const { name, text, valueNames } = asked;
  const placed = valueNames.map((valueName) => {
    const value = values[valueName];
    if (value === undefined) throw mistakeIn(asked, values);
    return value;
  });
  if (Object.keys(values).length !== valueNames.length) throw mistakeIn(asked, values);
  return { name: name || undefined, text, values: placed, types: TYPES };
}

function mistakeIn({ name, valueNames }: Statement<Columns>, values: Values): TypeError {
  const missing = valueNames.filter((valueName) => values[valueName] === undefined);
  const unknown = Object.keys(values).filter((valueName) => !valueNames.includes(valueName));
  return new TypeError(`Statement "${name}": missing [${missing.join()}], unknown [${unknown.join()}].`);
}

const INT8 = 20;

/** The driver's own, but for 64-bit integers, which it leaves as text. */
const TYPES: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text" | "binary") =>
    oid === INT8 && format !== "binary"
      ? toNumber
      : pg.types.getTypeParser(oid, format as "text")) as typeof pg.types.getTypeParser,
};

/** @throws RangeError for what a double does not hold exactly */
export function toNumber(whole: string | bigint): number {
  const number = Number(whole);
  if (!Number.isSafeInteger(number)) throw new RangeError("A whole number of the database is too large.");
  return number;
}
