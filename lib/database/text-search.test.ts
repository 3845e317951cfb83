import { expect, test } from "vitest";
import { spellingsOf } from "./text-search";

test.each([
  ["kilimo", ["kilimo"]],
  ["asha@kilimo.example", ["asha@kilimo.example"]],
  ["Zoe\u0308", ["Zo\u00eb", "Zoe\u0308"]],
  ["asha@bücher.example", ["asha@bücher.example", "asha@bu\u0308cher.example", "asha@xn--bcher-kva.example"]],
  ["日本.example", ["日本.example", "xn--wgv71a.example"]],
  ["日本", ["日本"]],
  ["xn--wgv71a.example", ["xn--wgv71a.example"]],
  ["a@", ["a@"]],
  ["@@[::1", ["@@[::1"]],
])("%s may be stored as %j", (typed, spellings) => {
  expect(spellingsOf(typed)).toStrictEqual(spellings);
});
