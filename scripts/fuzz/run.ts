import { randomInt } from "node:crypto";
import fc from "fast-check";
import { conformanceTo } from "../../tests/support/conformance";
import { type Exchange, pursue, type Sender } from "./aims";
import { castOf, findChange, findKept, findUneven, rowsOf } from "./books";
import { type Counts, newCounts } from "./counts";
import { findCredential } from "./credentials";
import { operationsOf } from "./document";
import { curlOf, Finding } from "./finding";
import { learn } from "./learn";
import { newCast } from "./people";
import { judgeBy } from "./rules";
import { send } from "./send";
import { shrink } from "./shrink";
import { type Step, stepsOf } from "./step";
import type { World } from "./world";

export type FuzzOptions = {
  requests: number;
  seed?: number | undefined;
  /** Of a seed: this sample alone, as a finding names it. */
  sample?: number | undefined;
  /** The id of one operation. */
  only?: string | undefined;
  /** Stands between the requests and the portal. */
  sender?: Sender | undefined;
  /** A rule: when it is seen broken, that was it. */
  stopsAt?: string;
  /** Is told now and then how far it is. */
  progress?: (line: string) => void;
  /** Is told of each finding at once: a long run may be interrupted. */
  tell?: (found: Found) => void;
};

export type Found = { finding: Finding; seed: number; sample: number; atRequest: number };
export type Result = { seed: number; counts: Counts; found: Found[] };

/** So many samples at once, each with people of its own. */
const LANES = 8;
const MAX_STEPS = 14;
const MAX_SHOWN = 8;
const TOLD_EVERY = 5_000;
/** So often what was not seen yet is tried for once more. */
const MAX_ROUNDS = 12;
const TOUR_STEPS = 8;

export async function fuzz(world: World, options: FuzzOptions): Promise<Result> {
  const { requests, seed = randomInt(2 ** 31), only, sender = send, stopsAt } = options;
  const operations = operationsOf(world.document).filter(({ id }) => !only || id === only);
  const steps = stepsOf(world.document, operations);
  const counts = newCounts(operations);
  const judge = judgeBy(world, conformanceTo(world.document));
  const found: Found[] = [];
  const known = new Set<string>();
  const isOver = () => [...known].some((kind) => stopsAt !== undefined && kind.endsWith(`: ${stopsAt}`));

  // Each status once on purpose; after that, anything in any order.
  const aims = operations.flatMap((operation) => operation.statuses.map((status) => ({ operation, status })));
  const tour = chunksOf(aims, TOUR_STEPS);
  const arbitraryOf = (index: number): fc.Arbitrary<Step[]> => {
    const planned = tour[index];
    if (planned) return fc.tuple(...planned.map(steps.aimed));
    return fc.array(steps.any(), { minLength: 1, maxLength: MAX_STEPS, size: "max" });
  };

  const takeSample = async (arbitrary: fc.Arbitrary<Step[]>, sample: number): Promise<void> => {
    const [drawn] = fc.sample(fc.tuple(arbitrary, fc.boolean()), { seed: seed + sample, numRuns: 1 });
    if (!drawn) return;
    const [sampled, isAlone] = drawn;
    const finding = await findingIn(sampled, isAlone, true);
    if (!finding || known.has(finding.kind)) return;
    known.add(finding.kind);
    const atRequest = counts.total();
    const smallest = await shrink(sampled, finding, async (fewer) => {
      const again = await findingIn(fewer, isAlone, false);
      return again?.kind === finding.kind ? again : null;
    });
    const latest = { finding: smallest, seed, sample, atRequest };
    found.push(latest);
    options.tell?.(latest);
  };

  const findingIn = async (sampled: Step[], isAlone: boolean, isCounted: boolean): Promise<Finding | null> => {
    try {
      await runSample(sampled, isAlone, isCounted);
      return null;
    } catch (error) {
      if (error instanceof Finding) return error;
      throw error;
    }
  };

  const runSample = async (sampled: Step[], isAlone: boolean, isCounted: boolean): Promise<void> => {
    const cast = await newCast(world.crowded);
    const before = isAlone ? await rowsOf(cast.B) : null;
    const done: Exchange[] = [];
    const broken = (rule: string, operation: string, seen: string) =>
      new Finding(rule, operation, seen, done.slice(-MAX_SHOWN).map(curlOf));
    for (const step of sampled) {
      const exchanges = await pursue(isAlone ? { ...step, speaker: "A" } : step, world, cast, sender).catch((error: unknown) => {
        throw broken("no answer", step.operation.id, String(error));
      });
      for (const exchange of exchanges) {
        done.push(exchange);
        if (isCounted) counts.count(exchange);
        const problem = judge(exchange, cast);
        if (problem) throw broken(problem.rule, step.operation.id, problem.seen);
        await learn(exchange, cast);
      }
    }
    const change = before && findChange(before, await rowsOf(cast.B));
    const last = done.at(-1)?.step.operation.id ?? "";
    if (change) throw broken("another owner's row changed", last, change);
    const uneven = await findUneven(castOf(cast));
    if (uneven) throw broken("a balance that is not its ledger", last, uneven);
  };

  if (options.sample !== undefined) {
    await takeSample(arbitraryOf(options.sample), options.sample);
    return { seed, counts, found };
  }
  let next = 0;
  let told = 0;
  const lane = async () => {
    while (counts.total() < requests && !isOver()) {
      await takeSample(arbitraryOf(next), next++);
      if (counts.total() < told + TOLD_EVERY) continue;
      told = counts.total();
      options.progress?.(`${told} requests, ${found.length} findings`);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  for (let round = 0; round < MAX_ROUNDS && stopsAt === undefined; round += 1) {
    const unseen = chunksOf(counts.unseen(), 1);
    await Promise.all(unseen.map((aim) => takeSample(fc.tuple(...aim.map(steps.aimed)), next++)));
  }
  if (!isOver())
    found.push(...(await lookAround(world)).map((finding) => ({ finding, seed, sample: next, atRequest: counts.total() })));
  return { seed, counts, found };
}

/** What only all samples together show. */
async function lookAround(world: World): Promise<Finding[]> {
  const seen: [string, string | null][] = [
    ["a balance that is not its ledger", await findUneven()],
    ["a credential in the database", await findKept()],
    ["a credential in the log", findCredential(world.output())],
    ["an error in the log", world.errors()[0] ?? null],
  ];
  return seen.flatMap(([rule, what]) => (what === null ? [] : [new Finding(rule, "all", what)]));
}

function chunksOf<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}
