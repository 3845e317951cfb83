import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { LOCKS } from "./locks";

const HOME = path.join("lib", "database", "locks.ts");
const ROOMS = [
  "app",
  "bench",
  "components",
  "lib",
  "packages",
  "prisma/migrations",
  "scripts",
  "tests",
  "instrumentation.ts",
  "middleware.ts",
];

function sources(place: string): string[] {
  if (!fs.statSync(place).isDirectory()) return [place];
  if (path.basename(place) === "node_modules") return [];
  return fs
    .readdirSync(place)
    .flatMap((name) => sources(path.join(place, name)))
    .filter((file) => /\.(ts|tsx|mjs|js|sql)$/.test(file));
}

const files = ROOMS.flatMap(sources).map((file) => ({ file, text: fs.readFileSync(file, "utf8") }));

test("no two locks have one number", () => {
  const numbers = Object.values(LOCKS);
  expect(new Set(numbers).size).toBe(numbers.length);
});

test("every advisory lock is taken by a name of this file", () => {
  const calls = files.flatMap(({ file, text }) =>
    [...text.matchAll(/pg_\w*advisory\w*\((.*)/g)].map(([call]) => ({ file, call })),
  );
  // As text in a statement, or as its only value.
  const isNamed = ({ call }: { call: string }) =>
    /^\w+\(\$\{LOCKS\.\w+\}[,)]/.test(call) || /^\w+\(\$1\)( AS \w+)?", \[(LOCKS\.\w+\])?/.test(call);
  expect(new Set(calls.filter(isNamed).map(({ file }) => file)).size).toBeGreaterThan(2);
  expect(calls.filter((call) => !isNamed(call) && call.file !== path.join("lib", "database", "locks.test.ts"))).toStrictEqual([]);
});

test("no number of a lock stands anywhere else", () => {
  const digits = Object.values(LOCKS).map((number) => [...String(number)].join("_?"));
  const number = new RegExp(`\\b(${digits.join("|")})\\b`);
  expect(files.filter(({ text }) => number.test(text)).map(({ file }) => file)).toStrictEqual([HOME]);
});
