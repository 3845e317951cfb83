import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { makeCredentials } from "./credentials";
import { describeMalformed } from "./malformed";

const { key } = makeCredentials("mf_live", randomBytes);
const { key: zag } = makeCredentials("datazag", randomBytes);
const swap = (sign: string | undefined) => (sign === "a" ? "b" : "a");

test.each<[string, string, string | null]>([
  ["a whole one", key, null],
  ["a whole one of the other format", zag, null],
  ["nothing", "", "it is empty"],
  ["a line break behind it", `${key}\n`, "there is white space around it"],
  ["a space before it", ` ${zag}`, "there is white space around it"],
  ["a byte order mark", `\ufeff${key}`, "there is white space around it"],
  ["quotes", `"${key}"`, "there are quotes around it"],
  ["a quote behind it", `${key}'`, "there are quotes around it"],
  ["the scheme", `Bearer ${key}`, 'it begins with "Bearer", which is no part of it'],
  ["the scheme twice over", `bearer:${zag}`, 'it begins with "Bearer", which is no part of it'],
  ["another beginning", "sk_live_0123", "it does not begin with mf_live_ or datazag_"],
  ["capital letters", key.toUpperCase(), "it does not begin with mf_live_ or datazag_"],
  ["a dot in it", `${key.slice(0, 20)}.${key.slice(20)}`, "it holds characters that no credential has"],
  [
    "capital letters of digits",
    zag.slice(0, 8) + zag.slice(8).toUpperCase().replace(/\d/g, "A"),
    "it holds characters that no credential has",
  ],
  ["a NUL character", `${key}\0`, "it holds characters that no credential has"],
  ["the beginning alone", "mf_live_", "it is cut short"],
  ["its last character gone", key.slice(0, -1), "it is cut short"],
  ["half of it gone", zag.slice(0, 30), "it is cut short"],
  ["one character more", `${key}0`, "it is too long"],
  ["another last character", key.slice(0, -1) + swap(key.at(-1)), "its checksum is wrong, so that a character of it was changed"],
])("%s", (_, text, said) => {
  expect(describeMalformed(text)).toBe(said);
});

test("nothing of the text is in what is said of it", () => {
  const said = new Set<string | null>();
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.constantFrom("", " ", '"', "Bearer ", "mf_live_", key), (text, before) => {
      said.add(describeMalformed(before + text));
    }),
    { numRuns: 1000 },
  );
  expect(said.size).toBeLessThanOrEqual(10);
});
