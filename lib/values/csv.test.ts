import { expect, test } from "vitest";
import { csvHeading, csvLine } from "./csv";

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
  ["\tx", '"\'\tx"'],
  ["\rx", '"\'\rx"'],
  ['=HYPERLINK("a","b")', `"'=HYPERLINK(""a"",""b"")"`],
  ["x;=cmd|' /C calc'!A0", `"x;'=cmd|' /C calc'!A0"`],
  ["x\t+1", `"x\t'+1"`],
  ["two\n@lines", `"two\n'@lines"`],
  ['x; "=1+1"', `"x;' ""=1+1"""`],
  ["  =1+1", "'  =1+1"],
  ["a, =1+1", '"a, =1+1"'],
  ["＝1+1", "'＝1+1"],
])("%j is no formula", (cell, written) => {
  expect(csvLine([cell])).toBe(`${written}\r\n`);
});

test("words with a dash or an address in them stay as they are", () => {
  expect(csvLine(["a-b", "me@example.com", "1 + 1 = 2", "x; y"])).toBe('a-b,me@example.com,1 + 1 = 2,"x; y"\r\n');
});

test("a file begins with the mark that says UTF-8", () => {
  expect(csvHeading(["date"])).toBe("\uFEFFdate\r\n");
});

test("many separators take no more steps than there are characters", () => {
  const text = ";".repeat(200_000) + " ".repeat(200_000);
  expect(csvLine([text])).toBe(`"${text}"\r\n`);
});

test("a number below zero stays a number", () => {
  expect(csvLine([-5])).toBe("-5\r\n");
});

test("a credential is cut to what may be shown of it", () => {
  expect(csvLine([`=key_mf_live_${"abc123".repeat(7)}`, "x"])).toBe("'=key_mf_live_abc123...,x\r\n");
});
