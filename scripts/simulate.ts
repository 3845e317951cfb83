import { type Outcome, PLANTS, type Plant, simulate } from "../packages/verifier/simulation";
import { Failure } from "./failure";

const USAGE = "npm run simulate -- [SEEDS] [--from SEED] [--plants]";
const [SEEDS, STEPS] = [1_000, 200];
const MAX_TOLD = 10;

/**
 * `simulate [SEEDS] [--from SEED] [--plants]`: a verifier on so many bad days, one for each seed. `--plants`: with faults that
 * are there on purpose, each of which has to be found.
 */
export async function main(args: string[]): Promise<void> {
  const at = args.indexOf("--from");
  const from = at < 0 ? 1 : Number(args[at + 1]);
  const [count = String(SEEDS), ...rest] = args.filter(
    (arg, index) => arg !== "--plants" && (at < 0 || (index !== at && index !== at + 1)),
  );
  const seeds = Number(count);
  if (!Number.isSafeInteger(seeds) || seeds < 1 || !Number.isSafeInteger(from) || rest.length > 0) throw new Failure(USAGE);
  const plants = args.includes("--plants") ? PLANTS : [null];
  const rows: Row[] = [];
  for (const plant of plants) rows.push(await days(plant, from, seeds));
  console.table(rows);
  if (args.includes("--plants")) {
    const unseen = rows.filter(({ red }) => red === 0).map(({ plant }) => plant);
    if (unseen.length > 0) throw new Failure(`Not found: ${unseen.join(", ")}.`);
  } else if (rows.some(({ red }) => red > 0)) throw new Failure("Something did not hold.");
}

type Row = {
  plant: string;
  seeds: number;
  red: number;
  "first red": number | null;
  checks: number;
  "ready, %": number;
  seconds: number;
};

/** With a plant, until the first that finds it. */
async function days(plant: Plant | null, from: number, seeds: number): Promise<Row> {
  const startedAt = performance.now();
  const outcomes: Outcome[] = [];
  let red = 0;
  for (let seed = from; seed < from + seeds && !(plant && red > 0); seed += 1) {
    const outcome = await simulate(seed, STEPS, plant);
    outcomes.push(outcome);
    if (outcome.problem === null) continue;
    red += 1;
    if (red <= MAX_TOLD) console.log(`${plant ?? ""} seed ${seed}: ${outcome.problem}`.trim());
  }
  const sum = (of: (outcome: Outcome) => number) => outcomes.reduce((all, outcome) => all + of(outcome), 0);
  return {
    plant: plant ?? "none",
    seeds: outcomes.length,
    red,
    "first red": outcomes.find(({ problem }) => problem !== null)?.seed ?? null,
    checks: sum(({ accepted, refused }) => accepted + refused),
    "ready, %": Math.round((sum(({ readySteps }) => readySteps) / outcomes.length / STEPS) * 100),
    seconds: Math.round((performance.now() - startedAt) / 1_000),
  };
}
