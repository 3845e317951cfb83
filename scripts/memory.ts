import fs from "node:fs";
import os from "node:os";

/** Where files are kept in memory. A container may have next to none of it. */
export const MEMORY = "/dev/shm";

const TMPFS = 0x01021994;
const PLENTY_BYTES = 8 * 1024 ** 3;

/** Whether there is room in memory for the files of the tests' databases and of their browsers. */
export function isMemoryPlenty(): boolean {
  if (os.freemem() < PLENTY_BYTES || !fs.existsSync(MEMORY)) return false;
  const { type, bavail, bsize } = fs.statfsSync(MEMORY);
  return type === TMPFS && bavail * bsize >= PLENTY_BYTES / 2;
}
