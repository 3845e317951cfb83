import fs from "node:fs";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import path from "node:path";
import { findVisiblePart, findWhole, maskCredentials } from "@latchkey/rule/credentials";
import { ALPHABET_NAMES, type CredentialForm, fitsForm, formOf, MAX_FORMS } from "@latchkey/rule/forms";
import { learnForms } from "@latchkey/rule/known-forms";
import { describeMalformed } from "@latchkey/rule/malformed";
import { toPlainText } from "@latchkey/rule/plain-text";
import { getBotType } from "next/dist/shared/lib/router/utils/is-bot";
import { parseSync, Visitor } from "oxc-parser";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { OPERATIONS } from "./app/docs/reference/document";
import { contains } from "./lib/database/text-search";
import { parseObject, readBody, validate } from "./lib/doors/read-json";
import { returnPath, withReturnPath } from "./lib/identity/return-path";
import { parsePermissionsText } from "./lib/keys/permissions-text";
import { readIdempotencyKey } from "./lib/keys/schemas";
import { clientAddress, readAddress, trustedProxies } from "./lib/request/client-address";
import { withoutEndSlashes } from "./lib/request/gated-apis";
import { isAllowedOrigin } from "./lib/request/origins";
import { readTarget } from "./lib/request/target";
import { makeRoutable } from "./lib/server/routable";
import { keepMeta, keepText } from "./lib/usage/ornaments";
import { readSignature } from "./lib/usage/signature";
import { browserName } from "./lib/values/browser-name";
import { csvLine } from "./lib/values/csv";
import { parseInstant } from "./lib/values/instant";
import { withoutEllipsis } from "./lib/values/search-text";
import { countSteps } from "./tests/support/regexp-steps";

// Work on a client's text grows with its length, never with the square of it. What is counted are steps, not time.

const AWKWARD = [
  ...[
    ".",
    " ",
    "\t",
    "\u00a0",
    "\u200b",
    "\u0301",
    "%",
    "_",
    "\\",
    '"',
    "'",
    "[",
    "]",
    "(",
    "<",
    "{",
    "\u{1f511}",
    "\u202e",
    "\u05d0",
  ],
  ...[
    "7",
    "-",
    ",",
    ":",
    ";",
    "/",
    "=",
    "@",
    "\r",
    "\n",
    "a",
    "a.",
    "a:b,",
    "..",
    "a@",
    "%6d",
    "\\u006d",
    "mf_live_",
    "datazag_",
    "a0_",
    "a2_aaaaaaaa=/",
    "\\r",
    "bWZf",
  ],
];
/** What an anchor at the end, or what has to follow, does not find. */
const TAIL = "!";
const HEADS = ["bearer ", "https://", "mf_live_abcdef"];
const LINEAR = 2.5;

const long = (sign: string, length: number) => sign.repeat(Math.ceil(length / sign.length));

/** The texts on which a pattern's steps grow with more than their length. */
function steepOn(pattern: RegExp): string[] {
  const headed = HEADS.flatMap((head) => [" ", ".", "a", "/"].map((sign) => [head, sign] as const));
  return [...AWKWARD.map((sign) => ["", sign] as const), ...headed]
    .filter(([head, sign]) => {
      const [short = 0, twice = 0] = [64, 128].map((length) => countSteps(pattern, head + long(sign, length) + TAIL));
      return twice > LINEAR * short + 50;
    })
    .map(([head, sign]) => `${JSON.stringify(`${head}${sign}…${TAIL}`)} ${pattern}`);
}

test.each([/(\.{2,}|…)$/, /^\s*(identity)?\s*$/, /\/+$/, /(a|a)*!/, /\s+,/g])("the count sees that %s is steep", (pattern) => {
  if (pattern.source === "(a|a)*!") expect(countSteps(pattern, "a".repeat(16))).toBeGreaterThan(60_000);
  else expect(steepOn(pattern)).not.toStrictEqual([]);
});

function sources(): string[] {
  const folders = ["app", "components", "lib", "packages"];
  const files = folders.flatMap((folder) =>
    fs.readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => path.join(folder, name)),
  );
  return [...files, "middleware.ts", "instrumentation.ts"].filter((name) => /(?<!\.test)\.tsx?$/.test(name));
}

function patternsIn(file: string): RegExp[] {
  const found: RegExp[] = [];
  const { program } = parseSync(file, fs.readFileSync(file, "utf8"));
  const Literal = (node: object) => {
    const { regex } = node as { regex?: { pattern: string; flags: string } };
    if (regex) found.push(new RegExp(regex.pattern, regex.flags));
  };
  new Visitor({ Literal }).visit(program);
  return found;
}

/** Steep ones that see nobody's text but ours: the routes of the build. */
const OF_OUR_OWN = [String(/\[[^/]+\]/g)];
const unique = (patterns: RegExp[]) => [...new Map(patterns.map((pattern) => [String(pattern), pattern])).values()];

test("no pattern that is written out in the code is steep", () => {
  const patterns = unique(sources().flatMap(patternsIn));
  expect(patterns.length).toBeGreaterThan(80);
  const others = patterns.filter((pattern) => !OF_OUR_OWN.includes(String(pattern)));
  expect(others.flatMap(steepOn)).toStrictEqual([]);
});

/** All values that have the text wherever a schema reads one. */
function valuesFor(schema: z.core.$ZodType, text: string): unknown[] {
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries(schema.shape as z.core.$ZodShape).map(
      ([name, field]) => [name, valuesFor(field, text)] as const,
    );
    const most = Math.max(1, ...fields.map(([, values]) => values.length));
    const nth = (index: number) => Object.fromEntries(fields.map(([name, values]) => [name, values[index % values.length]]));
    return [...Array.from({ length: most }, (_, index) => nth(index)), { [text]: text }];
  }
  if (schema instanceof z.ZodArray) return valuesFor(schema.element, text).map((value) => [value]);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => valuesFor(option, text));
  if (schema instanceof z.ZodPipe) return valuesFor(schema.in instanceof z.ZodTransform ? schema.out : schema.in, text);
  if ("innerType" in schema._zod.def) return valuesFor(schema._zod.def.innerType as z.core.$ZodType, text);
  return [text, [text], { [text]: [text] }];
}

type Door = [name: string, read: (text: string) => unknown];

const schemaDoor = ([name, schema]: readonly [string, z.ZodType]): Door => [
  name,
  (text) => {
    for (const value of valuesFor(schema, text)) {
      try {
        validate(schema, value);
      } catch {}
    }
  },
];

const SCHEMA_FILES = fs
  .readdirSync("lib", { recursive: true, encoding: "utf8" })
  .filter((file) => /(schemas|limits|search-text)\.ts$/.test(file));

async function schemasOfFiles(): Promise<[string, z.ZodType][]> {
  const found: [string, z.ZodType][] = [];
  for (const file of SCHEMA_FILES) {
    const all: Record<string, unknown> = await import(path.resolve("lib", file));
    for (const [name, value] of Object.entries(all)) if (value instanceof z.ZodType) found.push([name, value]);
  }
  return found;
}

const schemasOfOperations = OPERATIONS.flatMap(({ id, body, parameters = [] }) => [
  ...(body ? [[`the body of ${id}`, body.schema] as const] : []),
  ...parameters.map(({ name, schema }) => [`${name} of ${id}`, schema] as const),
]);

const headed = (name: string, value: string) => new Request("http://localhost/", { headers: { [name]: value } });
/** Headers as Next is handed them. */
function asHandedOn(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const request = { method: "GET", headers, rawHeaders: Object.entries(headers).flat() };
  makeRoutable(request as IncomingMessage, "/");
  return request.headers;
}

/** As many as there may be, of each alphabet, with a prefix and without one. */
const FORMS = Array.from({ length: MAX_FORMS }, (_, index): CredentialForm => {
  const signs = ALPHABET_NAMES[index % ALPHABET_NAMES.length] ?? "hex";
  return { prefix: index % 2 === 0 ? `a${index}_` : "", signs, length: 40 + index };
});

function withForms(read: (text: string) => unknown): (text: string) => unknown {
  return (text) => {
    learnForms(FORMS);
    try {
      return read(text);
    } finally {
      learnForms([]);
    }
  };
}

/** What reads a client's text without a schema. */
const FUNCTIONS: Door[] = [
  ["a path to return to", (text) => [returnPath(text), returnPath(`/${text}`), withReturnPath("/sign-in", `/${text}`)]],
  [
    "the target of a request",
    (text) => [readTarget(text), readTarget(`/${text}`), readTarget(`/?${text}`), withoutEndSlashes(text)],
  ],
  ["a client's address", (text) => [readAddress(text), clientAddress("127.0.0.1", text, trustedProxies([]))]],
  ["an origin", (text) => isAllowedOrigin(text, new Headers(), { origins: ["https://a-*.example.com"], hosts: [] })],
  ["the encoding of a body", (text) => readBody(headed("content-encoding", `identity,${text}x`))],
  ["a body", (text) => parseObject(Buffer.from(JSON.stringify({ [text]: text })))],
  ["permissions as they are typed", (text) => [parsePermissionsText(text), parsePermissionsText(`a:${text}`)]],
  ["an instant", (text) => [parseInstant(text), parseInstant(`2026-01-01${text}`)]],
  ["an Idempotency-Key", readIdempotencyKey],
  [
    "a signature",
    (text) => [text, `t=${text}`, `t=1,v1=${text}`].map((sent) => readSignature(sent, { body: "", id: null }, ["x"])),
  ],
  ["a text to search for", (text) => [contains("name", text, (value) => value), withoutEllipsis(text)]],
  [
    "a text that is kept",
    (text) => [maskCredentials(text), toPlainText(text), keepText(text, 500), keepMeta({ [text]: [text] })],
  ],
  ["a malformed credential", (text) => [describeMalformed(text), describeMalformed(`mf_live_${text}`)]],
  ["the form of a credential", (text) => [formOf(text, FORMS), FORMS.map((form) => fitsForm(text, form))]],
  [
    "a text that is kept, where a hundred forms are known",
    withForms((text) => [maskCredentials(text), keepMeta({ [text]: [text] })]),
  ],
  [
    "a credential, where a hundred forms are known",
    withForms((text) => [findWhole(text), findVisiblePart(text), describeMalformed(text), describeMalformed(`a0_${text}`)]),
  ],
  ["a cell of a file", (text) => csvLine([text])],
  ["what a browser says of itself", browserName],
  ["what Next reads of that", (text) => getBotType(asHandedOn({ "user-agent": text })["user-agent"] ?? "")],
];

type Work = { copied: number; patterns: Map<string, RegExp> };

/** What a door does with a text: items of lists that are copied by spreading them, and patterns that look at more than a little. */
async function workOf(read: (text: string) => unknown, text: string): Promise<Work> {
  const { exec } = RegExp.prototype;
  const iterate = Array.prototype[Symbol.iterator];
  const work: Work = { copied: 0, patterns: new Map() };
  RegExp.prototype.exec = function (subject) {
    if (subject.length > MUCH) work.patterns.set(this.source + this.flags, this);
    return exec.call(this, subject);
  };
  // biome-ignore lint/suspicious/noExplicitAny: of any list
  Array.prototype[Symbol.iterator] = function (this: any[]) {
    work.copied += this.length;
    return iterate.call(this);
  };
  try {
    await read(text);
  } catch {
    // Refused, which is as good as read.
  } finally {
    RegExp.prototype.exec = exec;
    Array.prototype[Symbol.iterator] = iterate;
  }
  return work;
}

const LENGTH = 16 * 1024;
const MUCH = 1024;
/** Parts of which no two are the same. */
const NUMBERED = Array.from({ length: LENGTH / 8 }, (_, index) => `a:${index}`)
  .join(",")
  .slice(0, LENGTH);
/** Some times the text's length, which a few lists of its parts have together. */
const MOST_COPIED = 16 * LENGTH;

test("no door does more than look once at 16 KB of each awkward sign", async () => {
  const schemas = new Map([...schemasOfOperations, ...(await schemasOfFiles())].map(([name, schema]) => [schema, name]));
  const doors = [...schemas].map(([schema, name]) => schemaDoor([name, schema])).concat(FUNCTIONS);
  expect(doors.length).toBeGreaterThan(60);
  const patterns = new Map<string, RegExp>();
  const steep: string[] = [];
  for (const [name, read] of doors) {
    for (const text of [NUMBERED, ...AWKWARD.map((sign) => `${long(sign, LENGTH)}!`)]) {
      const work = await workOf(read, text);
      if (work.copied > MOST_COPIED) steep.push(`${name} copies ${work.copied} of ${JSON.stringify(text.slice(0, 20))}`);
      for (const [known, pattern] of work.patterns) patterns.set(known, pattern);
    }
  }
  expect(steep).toStrictEqual([]);
  // Those of libraries too, and those that are put together.
  const written = new Set(
    sources()
      .flatMap(patternsIn)
      .map(({ source, flags }) => source + flags),
  );
  const others = [...patterns].filter(([known]) => !written.has(known));
  expect(others.length).toBeGreaterThan(3);
  expect(others.flatMap(([, { source, flags }]) => steepOn(new RegExp(source, flags.replace("y", "g"))))).toStrictEqual([]);
});

describe("Every address of a page that is asked for something", () => {
  const asked = sources().filter((file) => file.startsWith("app/") && /\bsearchParams\b/.test(fs.readFileSync(file, "utf8")));
  test.each(asked)("%s is read by a schema or a function that is tried here", async (file) => {
    const text = fs.readFileSync(file, "utf8");
    const known = (await schemasOfFiles()).map(([name]) => name);
    const used = [...text.matchAll(/\b(\w+Schema)\b/g)].map(([, name]) => name);
    const isRead =
      used.some((name) => known.includes(name ?? "")) ||
      /\b(returnPath|withReturnPath|listOwnKeys)\(|typeof token === "string"/.test(text);
    expect(isRead).toBe(true);
  });
});
