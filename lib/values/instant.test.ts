import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseInstant } from "./instant";

const years = { min: new Date("0001-01-02T00:00:00Z"), max: new Date("9999-12-30T23:59:59.999Z"), noInvalidDate: true };

describe("An instant", () => {
  test("comes back from what toISOString writes", () => {
    fc.assert(
      fc.property(fc.date(years), (date) => {
        expect(parseInstant(date.toISOString())).toStrictEqual(date);
      }),
    );
  });

  test("is the same under every offset", () => {
    fc.assert(
      fc.property(fc.date(years), fc.integer({ min: 0, max: 23 * 60 + 59 }), fc.constantFrom("+", "-"), (date, offset, sign) => {
        const local = new Date(date.getTime() + (sign === "+" ? 1 : -1) * offset * 60_000);
        fc.pre(local.getUTCFullYear() >= 1 && local.getUTCFullYear() <= 9999);
        const two = (value: number) => String(value).padStart(2, "0");
        const zone = `${sign}${two(Math.floor(offset / 60))}:${two(offset % 60)}`;
        expect(parseInstant(local.toISOString().replace("Z", zone))).toStrictEqual(date);
      }),
    );
  });

  test.each([
    ["2030-12-31", "2030-12-31T00:00:00.000Z"],
    ["2030-12-31T23:59", "2030-12-31T23:59:00.000Z"],
    ["2030-12-31T23:59:58", "2030-12-31T23:59:58.000Z"],
    ["2030-12-31 23:59:58", "2030-12-31T23:59:58.000Z"],
    ["2030-12-31t23:59:58z", "2030-12-31T23:59:58.000Z"],
    ["2030-12-31T23:59:58.1Z", "2030-12-31T23:59:58.100Z"],
    ["2030-12-31T23:59:58,123999999Z", "2030-12-31T23:59:58.123Z"],
    ["2030-12-31T23:59:58+03", "2030-12-31T20:59:58.000Z"],
    ["2030-12-31T23:59:58-0330", "2031-01-01T03:29:58.000Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"],
    ["0099-01-01", "0099-01-01T00:00:00.000Z"],
    [" 2030-12-31T00:00:00Z ", "2030-12-31T00:00:00.000Z"],
  ])("%s is %s", (text, expected) => {
    expect(parseInstant(text)?.toISOString()).toBe(expected);
  });

  test.each([
    "",
    "now",
    "2030",
    "2030-12",
    "30-12-31",
    "2030-1-1",
    "2030-13-01",
    "2030-00-01",
    "2030-01-00",
    "2030-01-32",
    "2030-02-29",
    "2030-04-31",
    "0000-01-01",
    "10000-01-01",
    "2030-01-01T24:00:00Z",
    "2030-01-01T23:60:00Z",
    "2030-01-01T23:59:60Z",
    "2030-01-01T",
    "2030-01-01T10",
    "2030-01-01T10:00:00+24:00",
    "2030-01-01T10:00:00+01:60",
    "2030-01-01T10:00:00 UTC",
    "2030-01-01Z",
    "2030-01-01T10:00:00.1234567890Z",
    "2030-01-01T10:00:00.Z",
    "2030-W01-1",
    "1893456000",
    "-2030-01-01",
    "0001-01-01T00:00:00+01:00",
    "9999-12-31T23:59:59-01:00",
    "２０３０-01-01",
    "2030-01-01T10:00:00Z\0",
  ])("%j is none", (text) => {
    expect(parseInstant(text)).toBeNull();
  });

  test("is never made of arbitrary text by accident", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const instant = parseInstant(text);
        expect(instant === null || /^\s*\d{4}-\d\d-\d\d/.test(text)).toBe(true);
      }),
    );
  });
});
