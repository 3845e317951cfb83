import { expect, test } from "vitest";
import { Seen, Texts } from "./seen";

/** More than fit without growing, and in one chunk. */
const IDS = Array.from({ length: 10_000 }, (_, place) => place + 1);

test("What was met is known with its first place, among many", () => {
  const seen = new Seen();
  expect(IDS.filter((line) => seen.note(`id ${line}`, { file: line % 3, line }) !== null)).toStrictEqual([]);
  expect(seen.note("id 7", { file: 9, line: 9 })).toStrictEqual({ file: 1, line: 7 });
  expect(seen.find("id 10000")).toStrictEqual({ file: 1, line: 10_000 });
  expect(seen.find("id 0")).toBeNull();
});

test("Texts are found by each of their names, whatever is in them and however many there are", () => {
  const texts = new Texts();
  const of = (id: number) => [`${id}`, `é\n"€ ${"x".repeat(id % 300)}`];
  const isWrong = (name: string, id: number) => JSON.stringify(texts.find(`${name} ${id}`)) !== JSON.stringify(of(id));
  expect(texts.find("id 1")).toBeNull();
  for (const id of IDS) texts.add([`id ${id}`, `email ${id}`], of(id));
  texts.add(["id 7", "id of it alone"], ["another"]);
  expect(IDS.filter((id) => isWrong("id", id) || isWrong("email", id))).toStrictEqual([]);
  expect(texts.find("id of it alone")).toStrictEqual(["another"]);
  expect(texts.find("id 0")).toBeNull();
});
