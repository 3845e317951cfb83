import { endLaunched } from "../tests/support/launch";
import { sweepScratchFolders } from "../tests/support/server";
import { ensureBuilt } from "./build";
import { Failure } from "./failure";
import { findPlants } from "./fuzz/find-plants";
import { describeFound, reportOf } from "./fuzz/report";
import { fuzz } from "./fuzz/run";
import { inWorld, type World } from "./fuzz/world";

const USAGE = "npm run fuzz -- [REQUESTS] [--seed SEED [--sample SAMPLE]] [--only OPERATION] [--plants]";
const DEFAULT_REQUESTS = 20_000;
const PLANT_REQUESTS = 50_000;

/** `fuzz`: drives every operation of the reference with what nobody would send, and checks what comes back. */
export async function main(args: string[]): Promise<void> {
  const options = readArguments(args);
  await ensureBuilt();
  sweepScratchFolders();
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => void endLaunched().finally(() => process.exit(1)));
  const startedAt = performance.now();
  const working = options.plants ? findPlants(options.requests, options.seed) : inWorld((world) => report(world, options));
  const isWell = await working.finally(endLaunched);
  console.log(`in ${Math.round((performance.now() - startedAt) / 1000)} s`);
  process.exit(isWell ? 0 : 1);
}

async function report(world: World, options: Options): Promise<boolean> {
  const result = await fuzz(world, { ...options, progress: console.log, tell: (found) => console.log(describeFound(found)) });
  const { text, isWell } = reportOf(result, options);
  console.log(text);
  return isWell;
}

type Options = { requests: number; seed?: number; sample?: number; only?: string; plants: boolean };

function readArguments(args: string[]): Options {
  const options: Options = { requests: args.includes("--plants") ? PLANT_REQUESTS : DEFAULT_REQUESTS, plants: false };
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "--plants") options.plants = true;
    else if (arg === "--only") options.only = rest.shift() ?? "";
    else if (arg === "--seed") options.seed = readNumber(rest.shift());
    else if (arg === "--sample") options.sample = readNumber(rest.shift());
    else options.requests = readNumber(arg);
  }
  return options;
}

function readNumber(text = ""): number {
  if (!/^\d{1,10}$/.test(text)) throw new Failure(`"${text}" is no number. ${USAGE}`);
  return Number(text);
}
