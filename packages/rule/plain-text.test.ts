import { expect, test } from "vitest";
import { isPlainText, toPlainText } from "./plain-text";

test("plain text holds no control characters and no halves of surrogate pairs", () => {
  for (const good of ["", "a", "é", "🔑", "a b", '<"\\>', "\u00a0", "\u2028"]) expect(isPlainText(good)).toBe(true);
  for (const bad of ["\0", "a\n", "\t", "\u001b", "\u007f", "\u0085", "\u009f", "\ud800", "\udc00\ud800"])
    expect(isPlainText(bad)).toBe(false);
});

test("what is not plain is left out, and half a pair is a replacement character", () => {
  expect(toPlainText("a\tb\0c\u009fd\r\n")).toBe("abcd");
  expect(toPlainText("\ud800a🔑")).toBe("\ufffda🔑");
});
