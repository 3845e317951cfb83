import "server-only";
import { env } from "@/lib/settings/env";
import { unavailable } from "@/lib/values/errors";

/** Connections that reports about one owner may hold, and those about all of them together. */
const AT_ONCE = { owner: 2, everybody: 10 } as const;
/** Of those who wait for one owner's turn, or for everybody's. */
const MAX_WAITING = 10_000;

type Line = { running: number; waiting: Set<() => void> };

const lines = new Map<string, Line>();
const EVERYBODY = "everybody";

/**
 * Does `work` when it is these owners' turn: an owner whose row is locked, or who reports without end, keeps no connection
 * from anybody else. Turns are taken in one order, so nobody waits for each other.
 * @throws AppError TEMPORARILY_UNAVAILABLE when the turn does not come in as long as a lock may be waited for
 */
export async function inTurn<Result>(owners: readonly string[], work: () => Promise<Result>): Promise<Result> {
  const taken: string[] = [];
  try {
    for (const name of [...owners.toSorted(), EVERYBODY]) {
      await takeTurn(name, name === EVERYBODY ? AT_ONCE.everybody : AT_ONCE.owner);
      taken.push(name);
    }
    return await work();
  } finally {
    for (const name of taken) passTurn(name);
  }
}

async function takeTurn(name: string, atOnce: number): Promise<void> {
  const line = lines.get(name) ?? { running: 0, waiting: new Set() };
  lines.set(name, line);
  if (line.running < atOnce) {
    line.running += 1;
    return;
  }
  if (line.waiting.size >= MAX_WAITING) throw tooMany();
  await new Promise<void>((resolve, reject) => {
    const start = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(() => {
      line.waiting.delete(start);
      reject(tooMany());
    }, patienceMs());
    line.waiting.add(start);
  });
}

/** To the next who waits, or to whoever comes. */
function passTurn(name: string): void {
  const line = lines.get(name);
  if (!line) return;
  const [next] = line.waiting;
  if (next) {
    line.waiting.delete(next);
    next();
    return;
  }
  line.running -= 1;
  if (line.running === 0) lines.delete(name);
}

/** Those who came together do not all give up together: the answers to hundreds at once would keep everybody waiting. */
function patienceMs(): number {
  return env().DATABASE_LOCK_TIMEOUT_MS * (0.5 + Math.random() / 2);
}

function tooMany() {
  return unavailable(1 + Math.floor(Math.random() * 4), {
    message: "Too many reports wait for this owner's turn. Nothing was done; send it again.",
  });
}
