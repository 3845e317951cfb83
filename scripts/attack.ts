import { randomInt } from "node:crypto";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { endLaunched } from "../tests/support/launch";
import { sweepScratchFolders } from "../tests/support/server";
import type { Attack } from "./attack/attack";
import { startBystanders } from "./attack/bystanders";
import { type Ground, openGround } from "./attack/ground";
import { ATTACKS } from "./attack/list";
import { spreadOf, tellAttacks, tellBystanders } from "./attack/report";
import { tellTimes } from "./attack/timing";
import { ensureBuilt } from "./build";
import { Failure } from "./failure";

/** How many attack at once, beside those that never rest. */
const LANES = 2;
const TURN_MS = 20_000;
const QUIET_MS = 45_000;

/** `attack MINUTES [--only NAME] [--seed S]`: attackers of every kind against one portal, beside people who use it. */
export async function main(args: string[]): Promise<void> {
  const { minutes, only, seed } = readArguments(args);
  const chosen = ATTACKS.filter(({ name }) => only.length === 0 || only.includes(name));
  await ensureBuilt();
  sweepScratchFolders();
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => void endLaunched().finally(() => process.exit(1)));
  console.log(`Seed ${seed}. Attacks: ${chosen.map(({ name }) => name).join(", ")}.`);
  const ground = await openGround();
  let problems: string[];
  try {
    problems = await fight(ground, chosen, minutes, seed);
  } finally {
    await ground.close().finally(endLaunched);
  }
  for (const line of problems) console.log(`✗ ${line}`);
  console.log(problems.length === 0 ? "Everything held." : `${problems.length} sentences did not hold. Again: --seed ${seed}`);
  process.exit(problems.length === 0 ? 0 : 1);
}

function readArguments(args: readonly string[]) {
  const valuesOf = (name: string) => args.flatMap((arg, index) => (args[index - 1] === name ? [arg] : []));
  const only = valuesOf("--only");
  const unknown = only.find((name) => !ATTACKS.some((attack) => attack.name === name));
  if (unknown !== undefined)
    throw new Failure(`There is no attack "${unknown}". Attacks: ${ATTACKS.map(({ name }) => name).join(", ")}.`);
  const minutes = Number(args[0]?.startsWith("--") ? undefined : args[0]);
  if (!(minutes > 0)) throw new Failure("Say for how many minutes: npm run attack -- 60");
  const seed = Number(valuesOf("--seed")[0] ?? randomInt(1_000_000_000));
  if (!Number.isSafeInteger(seed)) throw new Failure("A seed is a whole number.");
  return { minutes, only, seed };
}

async function fight(ground: Ground, attacks: readonly Attack[], minutes: number, seed: number): Promise<string[]> {
  const before = await startBystanders(ground);
  await pause(Math.min(QUIET_MS, minutes * 20_000));
  await before.stop();
  const quiet = spreadOf(before.served);
  const quietly = before.refused.map(({ what, saw }) => `refused while it was quiet: ${what}: ${saw}`);
  console.log("Times of answers, while it is quiet:");
  await tellTimes(ground);

  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const bystanders = await startBystanders(ground);
  const until = performance.now() + minutes * 60_000;
  const steady = attacks.filter(({ isSteady }) => isSteady);
  const others = attacks.filter(({ isSteady }) => !isSteady);
  await Promise.all([...steady.map((attack) => holdOn(ground, attack, until, seed)), ...lanes(ground, others, until, seed)]);
  await bystanders.stop();

  const broken = tellAttacks(attacks);
  const suffered = tellBystanders(quiet, bystanders);
  console.log(
    `\nThis program itself was late by ${Math.round(delay.percentile(99) / 1e6)} ms (p99), which is part of the times above.`,
  );
  const { exitCode, signalCode } = ground.portal.process;
  const ended = exitCode === null && signalCode === null ? [] : [`the portal ended: ${exitCode ?? signalCode}`];
  return [...quietly, ...broken, ...suffered, ...ended];
}

async function holdOn(ground: Ground, attack: Attack, until: number, seed: number): Promise<void> {
  for (let turn = 0; performance.now() < until; turn += 1)
    await attack.strike(ground, seed + turn, Math.min(TURN_MS, until - performance.now()));
}

/** Each lane takes the attack that was tried least, until the time is over. Heavy ones are never two at once. */
function lanes(ground: Ground, attacks: readonly Attack[], until: number, seed: number): Promise<void>[] {
  const turns = new Map(attacks.map((attack) => [attack, 0]));
  const busy = new Set<Attack>();
  const next = () => {
    const isHeavyBusy = [...busy].some(({ isHeavy }) => isHeavy);
    const free = attacks.filter((attack) => !busy.has(attack) && !(attack.isHeavy && isHeavyBusy));
    return free.toSorted((one, other) => (turns.get(one) ?? 0) - (turns.get(other) ?? 0))[0];
  };
  const run = async () => {
    while (performance.now() < until) {
      const attack = next();
      if (!attack) {
        await pause(200);
        continue;
      }
      busy.add(attack);
      const turn = turns.get(attack) ?? 0;
      turns.set(attack, turn + 1);
      const known = attack.tally.broken.size;
      // Every attack gets its turn, however short the time.
      const share = Math.max(3000, (until - performance.now()) / Math.ceil(attacks.length / LANES));
      await attack.strike(ground, seed + turn * 1000, Math.min(TURN_MS, share));
      busy.delete(attack);
      for (const { says, saw } of [...attack.tally.broken.values()].slice(known))
        console.log(`✗ ${attack.title}: ${says}: ${saw}`);
    }
  };
  return Array.from({ length: LANES }, run);
}
