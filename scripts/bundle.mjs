// Plain JavaScript like run.mjs, which calls it.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";

/** What each bundle depends on besides the files in it: how it is made, and by what. */
const SOURCES_OF_ALL = ["scripts/bundle.mjs", "tsconfig.json", "package-lock.json"];

/**
 * Writes a command and all of its modules that are here into one folder, unless there is one that was made from what is here
 * now. What it imports when it needs it has files of its own there, so that nothing else waits for the packages of that.
 * @param {string} root
 * @param {string} name
 */
export async function bundle(root, name) {
  const cache = path.join(root, "node_modules", ".cache", "latchkey");
  const list = path.join(cache, `${name}.json`);
  const kept = readKept(list);
  if (kept && existsSync(path.join(cache, kept.file)) && hashOf(root, kept.sources) === kept.hash)
    return path.join(cache, kept.file);

  const startedAt = Date.now();
  const { outputFiles, metafile } = await make(root, name);
  const hash = createHash("sha256");
  for (const output of outputFiles) hash.update(`${path.basename(output.path)}\0${output.hash}\0`);
  const folder = `${name}-${hash.digest("hex").slice(0, 16)}`;
  const file = path.join(folder, ENTRY);
  if (!existsSync(path.join(cache, file))) {
    mkdirSync(cache, { recursive: true });
    const isOwn = new RegExp(`^${name}-[0-9a-f]{16}(\\.mjs)?$`);
    // Whoever was begun with the one before this may import more of it.
    const isFormer = (other) => isOwn.test(other) && other !== kept?.file.split(path.sep)[0];
    for (const former of readdirSync(cache).filter(isFormer)) rmSync(path.join(cache, former), { recursive: true, force: true });
    writeFolder(path.join(cache, folder), outputFiles);
  }
  const modules = Object.keys(metafile.inputs).filter((input) => input !== "<stdin>");
  // A new file in one of the folders may be found before one of the modules: word.ts before word/index.ts.
  const folders = modules.map((module) => path.dirname(module)).flatMap((own) => [own, path.dirname(own)]);
  const sources = [...modules, ...new Set(folders), ...SOURCES_OF_ALL];
  // Of what was changed while it was read, nobody knows which of the two the bundle has.
  const isSettled = modules.every((module) => statSync(path.join(root, module)).mtimeMs < startedAt);
  if (isSettled) write(list, JSON.stringify({ file, sources, hash: hashOf(root, sources) }));
  return path.join(cache, file);
}

/** As esbuild calls what comes from no file. */
const ENTRY = "stdin.mjs";

/**
 * @param {string} root
 * @param {string} name
 */
async function make(root, name) {
  const { build, stop } = await import("esbuild");
  try {
    return await build({
      stdin: {
        contents: `export { Failure } from "./failure.ts"; export * from "./${name}.ts";`,
        resolveDir: path.join(root, "scripts"),
      },
      absWorkingDir: root,
      bundle: true,
      splitting: true,
      // Nothing is written there: names are relative to it.
      outdir: "bundle",
      outExtension: { ".js": ".mjs" },
      write: false,
      metafile: true,
      format: "esm",
      platform: "node",
      conditions: ["react-server"],
      packages: "external",
      alias: { "@latchkey/rule": path.join(root, "packages", "rule") },
    });
  } finally {
    await stop();
  }
}

/**
 * What an earlier version wrote, or nothing whole, is no list.
 * @param {string} list
 * @returns {{ file: string, sources: string[], hash: string } | null}
 */
function readKept(list) {
  try {
    const kept = JSON.parse(readFileSync(list, "utf8"));
    return typeof kept.file === "string" && Array.isArray(kept.sources) ? kept : null;
  } catch {
    return null;
  }
}

/**
 * Of files what is in them, and of folders the names.
 * @param {string} root
 * @param {string[]} sources
 */
function hashOf(root, sources) {
  const hash = createHash("sha256");
  for (const source of sources) {
    const found = statSync(path.join(root, source), { throwIfNoEntry: false });
    const read = found?.isDirectory() ? (folder) => readdirSync(folder).sort().join("\0") : readFileSync;
    hash
      .update(`${source}\0`)
      .update(found ? read(path.join(root, source)) : "")
      .update("\0");
  }
  return hash.digest("hex");
}

/**
 * Whoever looks for it meanwhile finds all of it or nothing.
 * @param {string} folder
 * @param {{ path: string, contents: Uint8Array }[]} outputFiles
 */
function writeFolder(folder, outputFiles) {
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  for (const output of outputFiles) writeFileSync(path.join(unfinished, path.basename(output.path)), output.contents);
  try {
    renameSync(unfinished, folder);
  } catch {
    // Another was quicker, and wrote the same; or what is there is not whole.
    if (!existsSync(path.join(folder, ENTRY))) {
      rmSync(folder, { recursive: true, force: true });
      renameSync(unfinished, folder);
    }
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/**
 * @param {string} file
 * @param {string} contents
 */
function write(file, contents) {
  writeFileSync(`${file}.${process.pid}`, contents);
  renameSync(`${file}.${process.pid}`, file);
}
