import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packVerifier, readPacked } from "./verifier-package";

const MAX_BYTES = 40_000;

/** A program of ten lines, as in the README. */
const USE = `import { createVerifier, type Verdict, type Verifier } from "@latchkey/verifier";
import { requireKey } from "@latchkey/verifier/node";
import { createServer } from "node:http";
const verifier: Verifier = createVerifier({ onStale: "refuse" });
const guard = requireKey(verifier, { permission: "sms:send", cost: 1, source: (header) => header("x-token") });
createServer(async (request, response) => {
  const verdict = await guard(request, response);
  if (verdict) response.end(verdict.name satisfies string);
});
export const codeOf = (verdict: Verdict) => (verdict.valid ? verdict.permissions : verdict.code);
// @ts-expect-error: a policy that there is not
createVerifier({ onStale: "guess" });
`;

const EXPORTS = ["", "/types", "/fetch", "/node", "/express", "/fastify", "/hono", "/next", "/sidecar"];

let folder: string;
let packed: Awaited<ReturnType<typeof packVerifier>>;

beforeAll(async () => {
  // Outside of the repository: nothing of its node_modules is found from there.
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "verifier-package-"));
  packed = await packVerifier(path.join(folder, "built"));
  const installed = path.join(folder, "node_modules", "@latchkey", "verifier");
  fs.mkdirSync(installed, { recursive: true });
  run("tar", ["-xzf", packed.file, "--strip-components=1", "-C", installed]);
  fs.writeFileSync(path.join(folder, "package.json"), '{"type":"module"}');
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

function run(program: string, args: string[]) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: "utf8", timeout: 20_000 });
  return { status, output: stdout + stderr };
}

test("is small, needs no other package, and holds nothing but what was built", () => {
  expect(packed.bytes).toBeLessThan(MAX_BYTES);
  expect(packed.files.filter((file) => !/^(dist\/.*\.(js|d\.ts)|README\.md|package\.json)$/.test(file))).toEqual([]);
  const manifest = JSON.parse(fs.readFileSync(path.join(folder, "node_modules/@latchkey/verifier/package.json"), "utf8"));
  expect(Object.keys(manifest).filter((name) => /dependencies|private|scripts/i.test(name))).toEqual([]);
});

test.each([
  ["11 and before", (packed: object) => [packed]],
  ["12", (packed: object) => ({ "@latchkey/verifier": packed })],
])("what npm %s says of it", (_, written) => {
  const packed = { filename: "a.tgz", size: 1, files: [{ path: "a" }] };
  expect(readPacked(JSON.stringify(written(packed)))).toStrictEqual(packed);
});

test("each of its exports can be imported where nothing else is installed", () => {
  const program = `for (const name of ${JSON.stringify(EXPORTS)})
  console.log(name, Object.keys(await import("@latchkey/verifier" + name)).sort().join());`;
  const { status, output } = run(process.execPath, ["--input-type=module", "-e", program]);
  expect([status, output.split("\n")]).toEqual([
    0,
    expect.arrayContaining([
      expect.stringContaining("createVerifier"),
      "/fetch checkRequest,respond,withKey",
      expect.stringMatching(/^\/express .*requireKey/),
      "/fastify requireKey",
      "/hono requireKey",
      "/next createWithKey",
      "/sidecar createSidecar,serve",
    ]),
  ]);
});

test("a program that uses it is checked by its types, all of them", () => {
  fs.writeFileSync(path.join(folder, "use.ts"), USE);
  fs.writeFileSync(
    path.join(folder, "every.ts"),
    EXPORTS.map((name, index) => `export * as e${index} from "@latchkey/verifier${name}";`).join("\n"),
  );
  const compilerOptions = {
    ...{ module: "nodenext", target: "es2022", strict: true, noEmit: true, skipLibCheck: false },
    ...{ types: ["node"], typeRoots: [path.resolve("node_modules/@types")] },
  };
  fs.writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["use.ts", "every.ts"] }));
  expect(run(process.execPath, [path.resolve("node_modules/typescript/bin/tsc"), "-p", folder])).toEqual({
    status: 0,
    output: "",
  });
});

test("its command says what it needs", () => {
  const bin = path.join("node_modules/@latchkey/verifier/dist/bin.js");
  expect(run(process.execPath, [bin])).toEqual({ status: 1, output: expect.stringMatching(/^latchkey-verifier serve/) });
  expect(run(process.execPath, [bin, "serve", "--url", "x"])).toEqual({
    status: 1,
    output: "LATCHKEY_URL must be the portal's address\n",
  });
});
