import "server-only";
import { beforeStop } from "@/lib/server/stop";

/**
 * Writes what verifications leave in memory, so long after the first of it: verifying itself writes nothing. What still waits
 * is written before the server stops. `write` never rejects.
 */
export function inOneGo(waitMs: number, write: () => Promise<void>) {
  let writing: Promise<void> = Promise.resolve();
  beforeStop(write);
  return {
    /** With the first that waits. */
    begin(): void {
      writing = new Promise((resolve) => setTimeout(() => resolve(write()), waitMs).unref());
    },
    /** Done when all that waits is written, or let go. */
    done: (): Promise<void> => writing,
  };
}
