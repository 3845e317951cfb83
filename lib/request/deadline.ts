import { AsyncLocalStorage } from "node:async_hooks";
import { requestTimeout } from "@/lib/values/errors";

/** Until when a request may begin something in the database, on the clock of `performance.now()`. */
type Deadline = { at: number; stayOpen(): void };

// On globalThis because the instrumentation hook and each route are bundled apart.
const holder = globalThis as typeof globalThis & { latchkeyDeadlines?: AsyncLocalStorage<Deadline | undefined> };
holder.latchkeyDeadlines ??= new AsyncLocalStorage();
const deadlines = holder.latchkeyDeadlines;

/**
 * Bounds all that the present request goes on to do.
 * @param stayOpen lets its connection be quiet for longer than others may
 * @returns to be called when it is answered: what it left for later has its own time
 */
export function boundRequest(milliseconds: number, stayOpen = () => {}): () => void {
  const deadline = { at: performance.now() + milliseconds, stayOpen };
  deadlines.enterWith(deadline);
  return () => {
    deadline.at = Number.POSITIVE_INFINITY;
  };
}

/** For what may take as long as its reader does, and is bound step by step. */
export function withoutDeadline<Result>(work: () => Result): Result {
  return deadlines.run(undefined, work);
}

/** For what is answered only once it has ended, and is bound step by step. A connection that is closed is one that browsers ask again on. */
export function atLength<Result>(work: () => Result): Result {
  deadlines.getStore()?.stayOpen();
  return withoutDeadline(work);
}

/** @throws an error that `toAppError` makes TEMPORARILY_UNAVAILABLE when the present request has had its time */
export function checkDeadline(): void {
  const deadline = deadlines.getStore();
  if (deadline && performance.now() > deadline.at) throw requestTimeout();
}
