import { expect, test } from "vitest";
import { isNameText, isPlainText, toPlainText } from "./plain-text";

test("plain text holds no control characters and no halves of surrogate pairs", () => {
  for (const good of ["", "a", "é", "🔑", "a b", '<"\\>', "\u00a0", "\u2028"]) expect(isPlainText(good)).toBe(true);
  for (const bad of ["\0", "a\n", "\t", "\u001b", "\u007f", "\u0085", "\u009f", "\ud800", "\udc00\ud800"])
    expect(isPlainText(bad)).toBe(false);
});

test("what is not plain is left out, and half a pair is a replacement character", () => {
  expect(toPlainText("a\tb\0c\u009fd\r\n")).toBe("abcd");
  expect(toPlainText("\ud800a🔑")).toBe("\ufffda🔑");
});

test.each(["a", "é", "e\u0301", "🔑", "👩\u200d💻", "نام\u200cها", "क\u094dष", "مفتاح", "7", "—", "a\u00adb"])(
  "%j is a name",
  (text) => {
    expect(isNameText(text)).toBe(true);
  },
);

test.each([
  ["a space alone", "\u00a0\u3000"],
  ["a zero-width space alone", "\u200b\ufeff\u2060"],
  ["joiners alone", "\u200c\u200d"],
  ["a soft hyphen alone", "\u00ad"],
  ["Hangul fillers alone", "\u115f\u3164\uffa0"],
  ["an empty braille cell", "\u2800"],
  ["a mark upon nothing", "\u0301"],
  ["variation selectors alone", "\ufe0f\u{e0100}"],
  ["an override", "Revoke \u202egnp"],
  ["an isolate", "a\u2067b\u2069"],
  ["a right-to-left mark", "a\u200f"],
  ["an Arabic letter mark", "a\u061c"],
  ["a line separator", "a\u2028b"],
  ["a paragraph separator", "a\u2029b"],
  ["a line break", "a\nb"],
  ["half a character", "a\ud800"],
])("%s is none", (_, text) => {
  expect(isNameText(text)).toBe(false);
});
