import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { bundle } from "./bundle.mjs";

const made = vi.hoisted(() => ({ times: 0 }));
vi.mock("esbuild", async (original) => {
  const esbuild = await original<typeof import("esbuild")>();
  const build = (options: Parameters<typeof esbuild.build>[0]) => {
    made.times += 1;
    return esbuild.build({ ...options, logLevel: "silent" });
  };
  return { ...esbuild, build };
});

let root: string;

function put(name: string, text: string, at = new Date("2030-01-01")): void {
  const file = path.join(root, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
  fs.utimesSync(file, at, at);
}

/** What the command answers, and whether its bundle had to be made. */
async function ask(): Promise<{ answer: unknown; isMade: boolean }> {
  const before = made.times;
  const { answer } = await import(/* @vite-ignore */ pathToFileURL(await bundle(root, "ask")).href);
  return { answer, isMade: made.times > before };
}

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2030-01-02"), toFake: ["Date"] });
  root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "latchkey-bundle-")));
  put("scripts/failure.ts", "export class Failure extends Error {}");
  put("scripts/ask.ts", 'import { word } from "../lib/word"; export const answer: string = word;');
  put("lib/word/index.ts", 'export const word = "one";');
});

afterEach(() => {
  vi.useRealTimers();
  fs.rmSync(root, { recursive: true });
});

describe("the bundle of a command", () => {
  test("is made once", async () => {
    expect(await ask()).toStrictEqual({ answer: "one", isMade: true });
    expect(await ask()).toStrictEqual({ answer: "one", isMade: false });
  });

  test.each<[string, () => void, string]>([
    ["a module is another", () => put("lib/word/index.ts", 'export const word = "two";'), "two"],
    ["a module is another of the same length and age", () => put("lib/word/index.ts", 'export const word = "six";'), "six"],
    ["a new file is found before a module", () => put("lib/word.ts", 'export const word = "new";'), "new"],
    ["it is made in another way", () => put("tsconfig.json", '{"compilerOptions":{"strict":true}}'), "one"],
    ["it is made by another version", () => put("package-lock.json", "{}"), "one"],
  ])("is made again when %s", async (_, change, answer) => {
    await ask();
    change();
    expect(await ask()).toStrictEqual({ answer, isMade: true });
    expect(await ask()).toStrictEqual({ answer, isMade: false });
  });

  test("is made again when a module is gone, and says which", async () => {
    await ask();
    fs.rmSync(path.join(root, "lib/word/index.ts"));
    await expect(ask()).rejects.toThrow("../lib/word");
  });

  test("is made again when it was removed", async () => {
    fs.rmSync(await bundle(root, "ask"));
    expect(await ask()).toStrictEqual({ answer: "one", isMade: true });
  });

  test.each(["", "null", "[]", '{"bundle":"ask.mjs"}'])("is made again where its list says %j", async (text) => {
    await ask();
    put("node_modules/.cache/latchkey/ask.json", text);
    expect(await ask()).toStrictEqual({ answer: "one", isMade: true });
  });

  test("loads what it imports later, and the packages of that, when it comes to it, also after another was made", async () => {
    put("scripts/ask.ts", 'export const later = () => import("../lib/word"); export const rarely = () => import("../lib/rare");');
    put("lib/rare.ts", 'import "no-such-package";');
    const { later, rarely } = await import(/* @vite-ignore */ pathToFileURL(await bundle(root, "ask")).href);
    put("lib/word/index.ts", 'export const word = "two";');
    const now = await import(/* @vite-ignore */ pathToFileURL(await bundle(root, "ask")).href);
    expect([(await later()).word, (await now.later()).word]).toStrictEqual(["one", "two"]);
    await expect(rarely()).rejects.toThrow("no-such-package");
  });

  test("leaves one former behind, and nothing of other commands is its own", async () => {
    const cache = path.join(root, "node_modules/.cache/latchkey");
    put("node_modules/.cache/latchkey/ask-0123456789abcdef.mjs", "");
    put("node_modules/.cache/latchkey/ask-more-0123456789abcdef/stdin.mjs", "");
    for (const word of ["one", "two", "three", "four"]) {
      put("lib/word/index.ts", `export const word = "${word}";`);
      expect(await ask()).toStrictEqual({ answer: word, isMade: true });
    }
    const kept = fs.readdirSync(cache).filter((name) => /^ask-[0-9a-f]/.test(name));
    expect([kept.length, fs.existsSync(path.join(cache, "ask-more-0123456789abcdef"))]).toStrictEqual([2, true]);
  });

  test("is made again when a part of it was removed", async () => {
    put("scripts/ask.ts", 'export const answer = (await import("../lib/word")).word;');
    fs.rmSync(await bundle(root, "ask"));
    expect(await ask()).toStrictEqual({ answer: "one", isMade: true });
  });

  test("is not kept when a module changed while it was made", async () => {
    put("lib/word/index.ts", 'export const word = "now";', new Date("2030-01-03"));
    for (let times = 0; times < 2; times += 1) expect(await ask()).toStrictEqual({ answer: "now", isMade: true });
  });
});
