import fs from "node:fs";
import { builtinModules } from "node:module";
import path from "node:path";
import { parseSync } from "oxc-parser";
import { circlesOf } from "./circles";

/**
 * The rooms of the house, from the top to the bottom: an import leads downwards, or stays in its room. A room within another
 * is one of its own.
 */
export const FLOORS: readonly (readonly string[])[] = [
  // Commands, and what tests and measures all the rest: these use one another.
  ["scripts", "bench", "tests"],
  // Entries of requests.
  ["instrumentation.ts", "middleware.ts", "app"],
  ...["app/(front)", "app/(sign-in)", "app/admin", "app/(portal)", "app/api", "app/docs", "app/_wire", "app/_shell"].map(
    (room) => [room],
  ),
  ...["components/admin", "components/keys", "components/usage", "components/account", "components/docs"].map((room) => [room]),
  ["components/ui"],
  ...[
    "users",
    "imports",
    "operations",
    "keys",
    "doors",
    "feed",
    "services",
    "usage",
    "verification",
    "identity",
    "ledger",
    "audit",
    "server",
  ].map(inLib),
  ...["notifications", "database", "request", "settings", "metrics", "values"].map(inLib),
  ["packages/verifier"],
  ["packages/rule"],
];

function inLib(room: string): string[] {
  return [`lib/${room}`];
}

/** Pure: these import nothing but themselves, neither Node nor a package. */
const PURE = ["packages/rule"];

/** What is read, whether it stands in a room or not. */
const TOPS = ["app", "components", "lib", "packages", "scripts", "bench", "tests", "instrumentation.ts", "middleware.ts"];

/** Made by Prisma from the schema, and by generators from the reference: not there to be read everywhere. */
const GENERATED = ["prisma/generated/", "tests/clients/made/"];

/** Fewer than these, and something was not looked at. */
const LEAST_MODULES = 300;

const IS_MODULE = /\.(ts|tsx|mts|cts|js|jsx|mjs|cjs)$/;
const IS_TEST = /\.test\.tsx?$/;

export type FloorsReport = { modules: number; problems: string[] };

/** Reads every import there is below `root`, of whatever form, and names those that lead upwards, in a circle or nowhere. */
export function checkFloors(root = "."): FloorsReport {
  const files = TOPS.flatMap((top) => modulesBelow(root, top));
  const known = new Set(files);
  const packages = packageNames(root);
  const problems: string[] = [];
  const graph = new Map<string, string[]>();
  for (const file of files) {
    if (roomOf(file) === undefined) problems.push(`${file} stands in no room: see FLOORS.`);
    const targets: string[] = [];
    for (const specifier of importsOf(file, fs.readFileSync(path.join(root, file), "utf8"))) {
      if (specifier === null) {
        if (roomOf(file)?.startsWith("lib") || isPure(file)) problems.push(`${file} imports what only running it could tell.`);
        continue;
      }
      const target = resolve(root, file, specifier, packages);
      const problem = problemOf(file, specifier, target);
      if (problem) problems.push(problem);
      else if (target !== null && known.has(target)) targets.push(target);
    }
    graph.set(file, targets);
  }
  for (const circle of [...circlesOf(graph), ...circlesOf(foldersOf(graph))])
    problems.push(`These import each other in a circle: ${circle.join(", ")}.`);
  if (files.length < LEAST_MODULES)
    problems.push(`Only ${files.length} modules were found to read, of at least ${LEAST_MODULES}.`);
  return { modules: files.length, problems };
}

function modulesBelow(root: string, room: string): string[] {
  const place = path.join(root, room);
  if (!fs.existsSync(place)) return [];
  if (fs.statSync(place).isFile()) return [room];
  return fs
    .readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && IS_MODULE.test(entry.name) && !IS_TEST.test(entry.name))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, "/"))
    .filter((file) => !file.includes("node_modules/"));
}

/** The innermost room that holds a file. */
function roomOf(file: string): string | undefined {
  const holding = FLOORS.flat().filter((room) => file === room || file.startsWith(`${room}/`));
  return holding.sort((one, other) => other.length - one.length)[0];
}

function floorOf(room: string): number {
  return FLOORS.findIndex((floor) => floor.includes(room));
}

function isPure(file: string): boolean {
  return PURE.some((room) => file.startsWith(`${room}/`));
}

function problemOf(file: string, specifier: string, target: string | null): string | null {
  const from = roomOf(file);
  if (from === undefined) return null;
  if (isPure(file) && (target === null || roomOf(target) !== from)) return `${file} is pure and may not import ${specifier}.`;
  if (target === "") return `${file}: ${specifier} leads nowhere.`;
  if (target === null || GENERATED.some((folder) => target.startsWith(folder)) || !IS_MODULE.test(target)) return null;
  const to = roomOf(target);
  if (to === undefined) return `${file}: ${specifier} leads to no room: see FLOORS.`;
  return floorOf(to) < floorOf(from) ? `${file} imports ${target}: ${from} stands below ${to}.` : null;
}

const readBefore = new Map<string, (string | null)[]>();

/** What a file imports, as it is written; null for what is put together only when it runs. The same text is parsed once. */
function importsOf(file: string, text: string): (string | null)[] {
  const name = `${file}\n${text}`;
  const found = readBefore.get(name) ?? parseImports(file, text);
  readBefore.set(name, found);
  return found;
}

function parseImports(file: string, text: string): (string | null)[] {
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`);
  const found: (string | null)[] = [];
  visit(program, (node) => {
    const { type, source } = node;
    if (source && /^(Import|ExportNamed|ExportAll)Declaration$|^ImportExpression$|^TSImportType$/.test(type))
      found.push(textOf(source));
    if (type === "TSExternalModuleReference") found.push(textOf(node.expression));
    if (type === "CallExpression" && /^require(\.resolve)?$/.test(nameOf(node.callee))) found.push(textOf(node.arguments?.[0]));
  });
  return found;
}

type Node = {
  type: string;
  source?: Node | null;
  expression?: Node;
  callee?: Node;
  arguments?: Node[];
  [property: string]: unknown;
};

function visit(value: unknown, see: (node: Node) => void): void {
  if (Array.isArray(value)) for (const item of value) visit(item, see);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return;
  if ("type" in value && typeof value.type === "string") see(value as Node);
  for (const part of Object.values(value)) visit(part, see);
}

/** The text of a literal, also of one in backquotes. */
function textOf(node: Node | undefined): string | null {
  if (node?.type === "Literal" && typeof node.value === "string") return node.value;
  const quasis = node?.type === "TemplateLiteral" ? (node.quasis as { value: { cooked: string } }[]) : [];
  return quasis.length === 1 ? (quasis[0]?.value.cooked ?? null) : null;
}

function nameOf(callee: Node | undefined): string {
  if (callee?.type === "Identifier") return String(callee.name);
  if (callee?.type !== "MemberExpression") return "";
  return `${nameOf(callee.object as Node)}.${nameOf(callee.property as Node)}`;
}

/** The file below `root` that a specifier means; null for a package or Node's own, "" where there is none. */
function resolve(root: string, file: string, specifier: string, packages: Packages): string | null {
  const own = [...packages.own].find(([name]) => specifier === name || specifier.startsWith(`${name}/`));
  if (own) return existing(root, path.posix.join(own[1], specifier.slice(own[0].length)));
  if (specifier.startsWith("@/")) return existing(root, path.posix.normalize(specifier.slice(2)));
  if (/^\.{1,2}(\/|$)/.test(specifier)) return existing(root, path.posix.join(path.posix.dirname(file), specifier));
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  const isKnown = specifier.startsWith("node:") || builtinModules.includes(name) || packages.installed.has(name);
  return isKnown ? null : "";
}

function existing(root: string, place: string): string {
  const bare = place.replace(/\.[mc]?jsx?$/, "");
  const candidates = [place, ...EXTENSIONS.flatMap((extension) => [`${place}${extension}`, `${bare}${extension}`])];
  const inFolder = EXTENSIONS.flatMap((extension) => [`${place}/index${extension}`, `${place}/src/index${extension}`]);
  const isFile = (candidate: string) => fs.statSync(path.join(root, candidate), { throwIfNoEntry: false })?.isFile();
  return [...candidates, ...inFolder].find(isFile) ?? (GENERATED.some((folder) => place.startsWith(folder)) ? place : "");
}

const EXTENSIONS = [".ts", ".tsx", ".mts", ".js", ".jsx", ".mjs", ".cjs"];

type Packages = { installed: ReadonlySet<string>; own: ReadonlyMap<string, string> };

/** The packages that package.json names, and the folders of our own. */
function packageNames(root: string): Packages {
  const read = (file: string) => JSON.parse(fs.readFileSync(path.join(root, file), "utf8"));
  const { dependencies, devDependencies } = read("package.json");
  const bench = fs.existsSync(path.join(root, "bench/package.json")) ? read("bench/package.json").dependencies : {};
  const folders = fs.existsSync(path.join(root, "packages")) ? fs.readdirSync(path.join(root, "packages")) : [];
  const own = folders.map((folder): [string, string] => [read(`packages/${folder}/package.json`).name, `packages/${folder}`]);
  return { installed: new Set(Object.keys({ ...dependencies, ...devDependencies, ...bench })), own: new Map(own) };
}

/** The same graph, of what stands for requests alone, by folders. */
function foldersOf(graph: ReadonlyMap<string, readonly string[]>): Map<string, string[]> {
  const folders = new Map<string, string[]>();
  for (const [file, targets] of graph) {
    if (floorOf(roomOf(file) ?? "") === 0) continue;
    const from = path.posix.dirname(file);
    const others = targets.map((target) => path.posix.dirname(target)).filter((to) => to !== from);
    folders.set(from, [...(folders.get(from) ?? []), ...others]);
  }
  return folders;
}
