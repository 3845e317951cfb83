import { describe, expect, expectTypeOf, test } from "vitest";
import { int, nullable, type RowOf, statement, text, toQuery, word } from "./statements";

const COLUMNS = { id: int, name: nullable(text), status: word<"on" | "off">() };
const FIND = statement("find", COLUMNS, "SELECT $id, $name::text, $id = ANY($ids::int[])");

describe("A statement", () => {
  test("takes values by name, each as often as it is written", () => {
    expect(FIND.text).toBe("SELECT $1, $2::text, $1 = ANY($3::int[])");
    expect(toQuery(FIND, { ids: [2], name: null, id: 1 })).toMatchObject({ name: "find", values: [1, null, [2]] });
  });

  test("has the type that its columns say", () => {
    expectTypeOf<RowOf<typeof COLUMNS>>().toEqualTypeOf<{ id: number; name: string | null; status: "on" | "off" }>();
  });

  test.each([
    ["misses one", { id: 1, name: "a" }],
    ["has one too many", { id: 1, name: "a", ids: [], more: true }],
  ])("is refused when it %s", (_, values) => {
    expect(() => toQuery(FIND, values)).toThrow(/^Statement "find": /);
  });

  test("answers 64-bit integers as numbers, and none that is not exact", () => {
    const parse = toQuery(statement("", {}, "SELECT 1"), {}).types.getTypeParser(20, "text") as (digits: string) => number;
    expect(parse("9007199254740991")).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => parse("9007199254740993")).toThrow(RangeError);
  });
});
