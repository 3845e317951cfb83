import fs from "node:fs";
import { parseEnv as parseFile } from "node:util";
import { expect, test } from "vitest";
import { deploymentSettings } from "@/tests/support/server";
import { parseEnv } from "./env";

const example = fs.readFileSync(".env.example", "utf8");

test(".env.example explains every setting there is", () => {
  const settings = [...fs.readFileSync("lib/settings/env.ts", "utf8").matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map(
    ([, name]) => name ?? "",
  );
  expect(settings).toContain("DATABASE_URL");
  const unexplained = settings.filter((name) => !new RegExp(`\\b${name}\\b`).test(example));
  expect(unexplained).toStrictEqual([]);
});

test("copied as it is, .env.example sets nothing; uncommented, its examples are valid", () => {
  expect(Object.keys(parseFile(example))).toStrictEqual([]);
  const values = parseFile(example.replace(/^# (?=[A-Z_]+=)/gm, ""));
  expect(Object.keys(values).length).toBeGreaterThan(20);
  const { DATABASE_URL: _, ...secrets } = deploymentSettings("");
  expect(parseEnv({ ...values, ...secrets }).appUrl).toBe("https://keys.example.com");
});
