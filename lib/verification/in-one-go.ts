import "server-only";
import { beforeStop } from "@/lib/server/stop";

type KeepAlive = (work: () => Promise<void>) => void;

// On globalThis because the instrumentation hook and each route are bundled apart.
const holder = globalThis as typeof globalThis & { latchkeyKeepAlive?: KeepAlive };

/** For platforms that let nothing run between requests, unless they are told of it. */
export function writeInOneGoBy(keepAlive: KeepAlive): void {
  holder.latchkeyKeepAlive = keepAlive;
}

/**
 * Writes what calls leave in memory, so long after the first of it: they write nothing themselves. What still waits is written
 * before the server stops. `write` never rejects.
 */
export function inOneGo(waitMs: number, write: () => Promise<void>) {
  let writing: Promise<void> = Promise.resolve();
  beforeStop(write);
  return {
    /** With the first that waits. */
    begin(): void {
      writing = new Promise((resolve) => setTimeout(() => resolve(write()), waitMs).unref());
      holder.latchkeyKeepAlive?.(() => writing);
    },
    /** Done when all that waits is written, or let go. */
    done: (): Promise<void> => writing,
  };
}
