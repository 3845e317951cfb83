import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkFloors, FLOORS } from "./floors";

let copy: string;

beforeAll(() => {
  copy = fs.mkdtempSync(path.join(os.tmpdir(), "latchkey-floors-"));
  for (const name of ["app", "components", "lib", "packages", "scripts", "bench", "tests", "instrumentation.ts", "middleware.ts"])
    fs.cpSync(name, path.join(copy, name), { recursive: true, filter: (file) => !file.includes("node_modules") });
  fs.copyFileSync("package.json", path.join(copy, "package.json"));
});

afterAll(() => fs.rmSync(copy, { recursive: true }));

/** The problems of the house with these files in it. */
function problemsWith(files: Record<string, string>): string[] {
  try {
    for (const [file, text] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(copy, file)), { recursive: true });
      fs.writeFileSync(path.join(copy, file), text);
    }
    return checkFloors(copy).problems;
  } finally {
    for (const file of Object.keys(files)) fs.rmSync(path.join(copy, file));
  }
}

test("Every import leads downwards", () => {
  const { modules, problems } = checkFloors();
  expect(problems).toStrictEqual([]);
  expect(modules).toBeGreaterThanOrEqual(300);
});

describe("An import that leads upwards is found", () => {
  test.each([
    ["by the alias", 'import { db } from "@/lib/database/client";'],
    ["by a relative path", 'import { db } from "../database/client";'],
    ["by a roundabout way", 'import { db } from "@/lib/values/../../lib/database/client";'],
    ["with the ending of the file", 'import { db } from "../database/client.ts";'],
    ["of a type", 'import type { Transaction } from "@/lib/database/client";'],
    ["of a type among values", 'import { type Transaction } from "../database/client";'],
    ["for what it does alone", 'import "@/lib/database/client";'],
    ["passed on by name", 'export { db } from "@/lib/database/client";'],
    ["passed on whole", 'export * from "../database/client";'],
    ["passed on as a type", 'export type { Transaction } from "@/lib/database/client";'],
    ["when it runs", 'export const later = () => import("@/lib/database/client");'],
    ["when it runs, in backquotes", "export const later = () => import(`../database/client`);"],
    ["within a type", 'export type Later = import("@/lib/database/client").Transaction;'],
    ["by require", 'export const now = require("../database/client");'],
    ["by import and require", 'import client = require("../database/client");\nexport { client };'],
  ])("%s", (_, text) => {
    expect(problemsWith({ "lib/values/planted.ts": text })).toStrictEqual([
      "lib/values/planted.ts imports lib/database/client.ts: lib/values stands below lib/database.",
    ]);
  });

  test("from a page's room to another that stands above", () => {
    const text = 'import { signInAction } from "@/app/(sign-in)/sign-in/actions";\nexport { signInAction };';
    expect(problemsWith({ "app/_shell/planted.tsx": text })).toStrictEqual([
      "app/_shell/planted.tsx imports app/(sign-in)/sign-in/actions.ts: app/_shell stands below app/(sign-in).",
    ]);
  });
});

test("What only running it could tell is no import of the library", () => {
  const text = "export const later = (name: string) => import(name);";
  expect(problemsWith({ "lib/values/planted.ts": text })).toStrictEqual([
    "lib/values/planted.ts imports what only running it could tell.",
  ]);
});

test("A circle of two files is found", () => {
  const [one, other] = ["lib/values/planted-one.ts", "lib/values/planted-other.ts"];
  const problems = problemsWith({ [one]: 'export * from "./planted-other";', [other]: 'export type * from "./planted-one";' });
  expect(problems).toStrictEqual([`These import each other in a circle: ${one}, ${other}.`]);
});

test("A circle of two folders is found where no file is in one", () => {
  const problems = problemsWith({
    "lib/values/one/planted.ts": 'export * from "../other/below";',
    "lib/values/other/planted.ts": 'export * from "../one/below";',
    "lib/values/one/below.ts": "export const one = 1;",
    "lib/values/other/below.ts": "export const other = 1;",
  });
  expect(problems).toStrictEqual(["These import each other in a circle: lib/values/one, lib/values/other."]);
});

test.each(["node:fs", "fs", "node:crypto", "pg", "zod", "next/headers", "server-only", "@/lib/values/days"])(
  "The pure rule imports nothing but itself: not %s",
  (specifier) => {
    expect(problemsWith({ "packages/rule/planted.ts": `import "${specifier}";` })).toContain(
      `packages/rule/planted.ts is pure and may not import ${specifier}.`,
    );
  },
);

test.each(["./nowhere", "@/lib/nowhere", "not-installed", "/etc/passwd"])("What leads nowhere is found: %s", (specifier) => {
  expect(problemsWith({ "lib/values/planted.ts": `import "${specifier}";` })).toStrictEqual([
    `lib/values/planted.ts: ${specifier} leads nowhere.`,
  ]);
});

test.each(["lib/planted.ts", "lib/drawer/planted.ts", "packages/planted/index.ts"])("%s stands in no room", (file) => {
  const manifest = { "packages/planted/package.json": '{ "name": "planted" }' };
  const problems = problemsWith({ ...(file.startsWith("packages") && manifest), [file]: "export const planted = 1;" });
  expect(problems).toStrictEqual([`${file} stands in no room: see FLOORS.`]);
});

test("A check that reads too little fails", () => {
  const empty = fs.mkdtempSync(path.join(os.tmpdir(), "latchkey-floors-"));
  fs.writeFileSync(path.join(empty, "package.json"), "{}");
  expect(checkFloors(empty)).toStrictEqual({ modules: 0, problems: ["Only 0 modules were found to read, of at least 300."] });
  fs.rmSync(empty, { recursive: true });
});

test("The map in the README has every room", () => {
  const map = fs.readFileSync("README.md", "utf8");
  const missing = FLOORS.flat().filter((room) => !map.includes(path.basename(room)));
  expect(missing).toStrictEqual([]);
});
