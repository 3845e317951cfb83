import { expect, test } from "vitest";
import { isolated, legible, withoutBidiControls } from "./isolated";

test.each([
  ["Production", "Production"],
  ["naïve 鍵 🔑", "naïve 鍵 🔑"],
  ["", ""],
  ["מפתח 7", "\u2068מפתח 7\u2069"],
  ["مفتاح 7", "\u2068مفتاح 7\u2069"],
  ["a \u{1e900}", "\u2068a \u{1e900}\u2069"],
  ["\u202eredlohecalp", "redlohecalp"],
  ["a\u2069\u2068b\u200f\u061c", "ab"],
  ["\u2069מ\u202c", "\u2068מ\u2069"],
])("%j in a sentence is %j", (text, expected) => {
  expect(isolated(text)).toBe(expected);
});

test("joiners inside of words stay", () => {
  expect(withoutBidiControls("می\u200cخواهم 👩\u200d🔧")).toBe("می\u200cخواهم 👩\u200d🔧");
});

test("letters keep the marks that languages put on them, and lose those that would cover other lines", () => {
  expect(legible(`e${"\u0301".repeat(90)}!`)).toBe(`e${"\u0301".repeat(4)}!`);
  const written = ["Nguyễn Ệ".normalize("NFD"), "בְּרֵאשִׁ֖ית", "བསྒྲུབས", "हिन्दी", "👩🏽‍💻☀️"];
  expect(written.map(legible)).toStrictEqual(written);
});
