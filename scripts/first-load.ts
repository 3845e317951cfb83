import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { ensureBuilt } from "./build";

type FirstLoad = { page: string; files: string[]; bytes: number };

type Manifest = { entryJSFiles: Record<string, string[]> };

/** `first-load`: what JavaScript each page loads before it can be used, compressed. */
export async function main(): Promise<void> {
  await ensureBuilt();
  for (const { page, files, bytes } of await measureFirstLoad()) {
    console.log(`${`${(bytes / 1000).toFixed(1)} kB`.padStart(10)}  ${page} (${files.length} files)`);
  }
}

/**
 * Read from the build: what every page starts with, and what the page and the layouts and error pages around it bring.
 * Polyfills are left out, because browsers with modules do not load them. Each file is compressed alone, as it is sent.
 */
export async function measureFirstLoad(): Promise<FirstLoad[]> {
  const pages = readJson<Record<string, string>>(".next/app-path-routes-manifest.json");
  const { rootMainFiles } = readJson<{ rootMainFiles: string[] }>(".next/build-manifest.json");
  const sizes = new Map<string, number>();
  const sizeOf = (file: string) => {
    const known = sizes.get(file) ?? gzipSync(fs.readFileSync(path.join(".next", file))).byteLength;
    sizes.set(file, known);
    return known;
  };
  const entries = Object.entries(pages).filter(([entry, page]) => entry.endsWith("/page") && !page.startsWith("/_"));
  const loads = entries.map(async ([entry, page]) => {
    const { entryJSFiles } = await readManifest(entry);
    const files = [...new Set([...rootMainFiles, ...Object.values(entryJSFiles).flat()])].sort();
    return { page, files, bytes: files.reduce((sum, file) => sum + sizeOf(file), 0) };
  });
  return (await Promise.all(loads)).sort((a, b) => a.page.localeCompare(b.page));
}

/** Next writes this one as a script that sets a global. */
async function readManifest(entry: string): Promise<Manifest> {
  const holder = globalThis as typeof globalThis & { __RSC_MANIFEST?: Record<string, Manifest> };
  await import(/* @vite-ignore */ pathToFileURL(path.resolve(`.next/server/app${entry}_client-reference-manifest.js`)).href);
  const manifest = holder.__RSC_MANIFEST?.[entry];
  if (!manifest) throw new Error(`the build says nothing about ${entry}`);
  return manifest;
}

function readJson<T>(file: string): T {
  return JSON.parse(fs.readFileSync(file, "utf8")) as T;
}
