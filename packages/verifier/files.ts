import { createReadStream } from "node:fs";
import { mkdir, open, rename } from "node:fs/promises";
import path from "node:path";
import type { Files } from "./copy";

/** Files of a folder that nobody else writes into. */
export function filesIn(folder: string): Files {
  return {
    async read(name) {
      const file = createReadStream(path.join(folder, name));
      return new Promise((resolve, reject) => {
        file.once("open", () => resolve(file));
        file.once("error", (error: NodeJS.ErrnoException) => (error.code === "ENOENT" ? resolve(null) : reject(error)));
      });
    },
    async write(name, parts) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      // One name for what is not whole yet: what a process that was killed left is written over.
      const part = path.join(folder, `${name}.part`);
      const file = await open(part, "w", 0o600);
      try {
        for await (const bytes of parts) await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(part, path.join(folder, name));
    },
  };
}
