import { maskCredentials } from "@latchkey/rule/credentials";
import fc from "fast-check";
import type { Ground } from "./ground";

/** What the product did not keep to, in one sentence, and what showed it. */
export class Broken extends Error {
  constructor(
    readonly says: string,
    readonly saw: string,
  ) {
    super(says);
  }
}

/** One try of an attack: what it finds is collected, so that one thing that is broken does not hide the next. */
export type Attempt = {
  ground: Ground;
  /** A sentence that has to hold. `saw` is shown where it does not. */
  holds(says: string, holds: boolean, saw?: unknown): void;
  /** A figure for the report. Nothing hangs on it. */
  note(text: string): void;
};

type Options = {
  /** Takes long or much: tried once, and again when everything else had its turn. */
  isHeavy?: boolean;
  /** Goes on for all the time, beside the others. */
  isSteady?: boolean;
};

export type Finding = { says: string; saw: string; example: string; seed: number; times: number };

export type Tally = {
  tries: number;
  checks: number;
  /** By sentence. */
  broken: Map<string, Finding>;
  /** Tries that could not be carried through, by reason. */
  mishaps: Map<string, number>;
  notes: Set<string>;
};

export type Attack = Options & {
  name: string;
  title: string;
  tally: Tally;
  /** Tries inputs made from the seed for so long, shrinking what newly breaks something. */
  strike(ground: Ground, seed: number, milliseconds: number): Promise<void>;
};

/** For how long the smallest input that still breaks it is looked for. */
const SHRINK_MS = 30_000;
const MAX_SAW = 400;

/** An attack by its name, what it draws its inputs from, and what it does with one. */
export function attack<Input>(
  title: string,
  inputs: fc.Arbitrary<Input>,
  attempt: (attempt: Attempt, input: Input) => Promise<void>,
  options: Options = {},
): Attack {
  const tally: Tally = { tries: 0, checks: 0, broken: new Map(), mishaps: new Map(), notes: new Set() };
  const strike = async (ground: Ground, seed: number, milliseconds: number) => {
    const until = performance.now() + milliseconds;
    const keep = (says: string, saw: string, input: unknown) =>
      tally.broken.set(says, { says, saw, example: fc.stringify(input).replaceAll("__proto__:null,", ""), seed, times: 1 });
    // What is begun is always carried to its end: fast-check would leave it alone when the time is over.
    let endsAt = until;
    const property = fc.asyncProperty(inputs, async (input) => {
      if (performance.now() > endsAt) return;
      try {
        const fresh = await tryOnce(tally, ground, (one) => attempt(one, input));
        const [first, ...others] = fresh;
        // One is made smaller at a time; what else was seen is told as it was.
        for (const { says, saw } of others) keep(says, saw, input);
        if (first) throw first;
      } catch (error) {
        if (endsAt === until) endsAt = performance.now() + SHRINK_MS;
        throw error;
      }
    });
    const numRuns = options.isHeavy ? 1 : 1000;
    const run = await fc.check(property, { seed, numRuns });
    if (run.errorInstance instanceof Broken) {
      const { says, saw } = run.errorInstance;
      keep(says, saw, run.counterexample?.[0]);
      // What breaks at once must not end the turn: the next thing may be broken too.
      if (performance.now() < until) await strike(ground, seed + 1, until - performance.now());
    } else if (run.errorInstance) throw run.errorInstance;
  };
  return { name: title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-"), title, tally, strike, ...options };
}

async function tryOnce(tally: Tally, ground: Ground, run: (attempt: Attempt) => Promise<void>): Promise<Broken[]> {
  const fresh: Broken[] = [];
  const attempt: Attempt = {
    ground,
    holds: (says, holds, saw = "") => {
      tally.checks += 1;
      if (holds) return;
      const known = tally.broken.get(says);
      if (known) known.times += 1;
      else fresh.push(new Broken(says, shown(saw)));
    },
    note: (text) => tally.notes.add(text),
  };
  tally.tries += 1;
  try {
    await run(attempt);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replaceAll(/\s+/g, " ").slice(0, MAX_SAW) : String(error);
    tally.mishaps.set(reason, (tally.mishaps.get(reason) ?? 0) + 1);
  }
  return fresh.filter(({ says }, index) => fresh.findIndex((other) => other.says === says) === index);
}

function shown(saw: unknown): string {
  const text = typeof saw === "string" ? saw : JSON.stringify(saw);
  return maskCredentials((text ?? "").replaceAll(/\s+/g, " ")).slice(0, MAX_SAW);
}
