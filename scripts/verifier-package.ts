import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { Failure } from "./failure";

const SOURCE = "packages/verifier";
const FOLDER = path.join(".data", "verifier-package");
const RULE = "@latchkey/rule/";
const NPM_MS = 60_000;

/** The command of the package: the one file that is written for it. */
const BIN = `#!/usr/bin/env node
import { createVerifier } from "./index.js";
import { serve } from "./sidecar/serve.js";
process.exit(await serve(process.argv.slice(2), process.env, createVerifier));
`;

type Manifest = { name: string; exports: Record<string, string> } & Record<string, unknown>;

/** `verifier-package`: the library as a tarball for `npm install` or `npm publish`. */
export async function main(): Promise<void> {
  const { file, bytes } = await packVerifier();
  console.log(`${file} (${(bytes / 1000).toFixed(1)} kB)`);
}

/** Bundles what package.json exports, each with its types, and packs it. It depends on nothing that is not inside. */
export async function packVerifier(folder = FOLDER): Promise<{ file: string; bytes: number; files: string[] }> {
  const manifest: Manifest = JSON.parse(fs.readFileSync(path.join(SOURCE, "package.json"), "utf8"));
  const sources = [...new Set(Object.values(manifest.exports))].map((file) => path.posix.join(SOURCE, file));
  fs.rmSync(folder, { recursive: true, force: true });
  const dist = path.join(folder, "package", "dist");
  await build({
    entryPoints: sources,
    outbase: SOURCE,
    outdir: dist,
    ...{ bundle: true, splitting: true, format: "esm", platform: "node", target: "node20" },
    ...{ minify: true, legalComments: "none", chunkNames: "chunk-[hash]", logLevel: "error" },
  });
  fs.writeFileSync(path.join(dist, "bin.js"), BIN, { mode: 0o755 });
  writeTypes(folder, sources, path.join(dist, "types"));
  fs.copyFileSync(path.join(SOURCE, "README.md"), path.join(folder, "package", "README.md"));
  fs.writeFileSync(path.join(folder, "package", "package.json"), JSON.stringify(manifestOf(manifest), null, 2));
  return pack(folder);
}

/** As the workspace has it, but for what was built. */
function manifestOf({ exports, ...manifest }: Manifest): object {
  const built = Object.entries(exports).map(([name, file]) => {
    const stem = file.replace(/^\.\/|\.ts$/g, "");
    return [name, { types: `./dist/types/verifier/${stem}.d.ts`, default: `./dist/${stem}.js` }];
  });
  return { ...manifest, bin: { "latchkey-verifier": "./dist/bin.js" }, exports: Object.fromEntries(built) };
}

/** The declarations that the entries lead to, with every import of the rule's and of one another's as a relative one. */
function writeTypes(folder: string, sources: string[], target: string): void {
  const emitted = path.resolve(folder, "types");
  const settings = path.join(folder, "tsconfig.json");
  const root = path.resolve(".");
  const compilerOptions = {
    ...{ noEmit: false, declaration: true, emitDeclarationOnly: true, plugins: [] },
    // As files of ours: declarations of what stands in node_modules are not written.
    paths: { [`${RULE}*`]: [path.join(root, "packages/rule/*")] },
    ...{ rootDir: path.join(root, "packages"), outDir: emitted, typeRoots: [path.join(root, "node_modules/@types")] },
  };
  const files = sources.map((file) => path.join(root, file));
  fs.writeFileSync(
    settings,
    JSON.stringify({ extends: path.join(root, "tsconfig.json"), compilerOptions, files, include: [], exclude: [] }),
  );
  run(process.execPath, ["node_modules/typescript/bin/tsc", "-p", settings]);

  const waiting = sources.map((file) => path.join(emitted, path.relative("packages", file).replace(/\.ts$/, ".d.ts")));
  const done = new Set<string>();
  for (let file = waiting.pop(); file; file = waiting.pop()) {
    if (done.has(file)) continue;
    done.add(file);
    const from = path.dirname(file);
    const text = fs.readFileSync(file, "utf8").replace(/(from |import\()"([^"]+)"/g, (whole, before: string, name: string) => {
      if (name.startsWith("node:")) return whole;
      if (!name.startsWith(".") && !name.startsWith(RULE))
        throw new Failure(`${file} needs ${name}, which is not in the package.`);
      const found = name.startsWith(RULE) ? path.join(emitted, "rule", name.slice(RULE.length)) : path.join(from, name);
      waiting.push(`${found}.d.ts`);
      const relative = path.relative(from, found).replaceAll(path.sep, "/");
      return `${before}"${relative.startsWith(".") ? relative : `./${relative}`}.js"`;
    });
    const written = path.join(target, path.relative(emitted, file));
    fs.mkdirSync(path.dirname(written), { recursive: true });
    fs.writeFileSync(written, text);
  }
}

function pack(folder: string): { file: string; bytes: number; files: string[] } {
  const destination = path.resolve(folder);
  const output = run("npm", ["pack", "--json", "--pack-destination", destination], path.join(folder, "package"));
  const { filename, size, files } = readPacked(output);
  return { file: path.join(folder, filename), bytes: size, files: files.map((each) => each.path) };
}

type Packed = { filename: string; size: number; files: { path: string }[] };

/** What `npm pack --json` says of the one package: npm 12 writes an object by names, those before it a list. */
export function readPacked(output: string): Packed {
  const [packed] = Object.values<Packed>(JSON.parse(output));
  if (!packed) throw new Failure("npm has packed nothing.");
  return packed;
}

function run(program: string, args: string[], cwd = "."): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: "utf8", timeout: NPM_MS });
  if (status !== 0) throw new Failure(`${program} ${args[0]} failed: ${error?.message ?? ""}\n${stdout}${stderr}`);
  return stdout;
}
