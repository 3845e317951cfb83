import { expect, test } from "vitest";
import { csvLine } from "./csv";

test("cells are separated by commas and a line ends as RFC 4180 says", () => {
  expect(csvLine(["2026-11-22", "Production", 12, 0])).toBe("2026-11-22,Production,12,0\r\n");
});

test.each([
  ["a, b", '"a, b"'],
  ['the "old" one', '"the ""old"" one"'],
  ["two\nlines", '"two\nlines"'],
  ["", ""],
  ["Ünïcode ✓", "Ünïcode ✓"],
])("%j is quoted only where it must be", (cell, written) => {
  expect(csvLine([cell])).toBe(`${written}\r\n`);
});

test.each([
  ["=1+1", "'=1+1"],
  ["+255", "'+255"],
  ["-2", "'-2"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["\tx", "'\tx"],
  ["\rx", '"\'\rx"'],
  ['=HYPERLINK("a","b")', `"'=HYPERLINK(""a"",""b"")"`],
])("%j is no formula", (cell, written) => {
  expect(csvLine([cell])).toBe(`${written}\r\n`);
});

test("a number below zero stays a number", () => {
  expect(csvLine([-5])).toBe("-5\r\n");
});
