import { createRequire } from "node:module";
import path from "node:path";

/** What is installed for measurements only. Not by where this stands: what runs of a command is elsewhere. */
export const requireMeasured = createRequire(path.resolve("bench", "package.json"));

export type Side = (milliseconds: number) => Promise<number>;

/**
 * Runs both sides in turn, several times over, and compares the medians: what slows the machine down for a while slows
 * down both. A side runs for about the given time and answers its rate (or its cost, as `unit` says).
 */
export async function compare(
  pair: { ours: Side; other: Side },
  { rounds, milliseconds }: { rounds: number; milliseconds: number },
): Promise<{ ours: number; other: number; ratio: number }> {
  await pair.ours(milliseconds / 2);
  await pair.other(milliseconds / 2);
  const ours: number[] = [];
  const other: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const sides = [
      () => pair.ours(milliseconds).then((rate) => ours.push(rate)),
      () => pair.other(milliseconds).then((rate) => other.push(rate)),
    ];
    for (const side of round % 2 === 0 ? sides : sides.reverse()) await side();
  }
  const [left, right] = [median(ours), median(other)];
  return { ours: left, other: right, ratio: left / right };
}

/** A side that does one thing again and again, so many at a time, in operations per second. */
export function repeat(operation: (index: number) => Promise<unknown>, atATime = 1): Side {
  let index = 0;
  return async (milliseconds) => {
    const startedAt = performance.now();
    let count = 0;
    const work = async () => {
      while (performance.now() - startedAt < milliseconds) {
        index += 1;
        await operation(index);
        count += 1;
      }
    };
    await Promise.all(Array.from({ length: atATime }, work));
    return (count * 1000) / (performance.now() - startedAt);
  };
}

/** A side's rate, times a number: a call that does a hundred things does a hundred at its rate. */
export function times(factor: number, side: Side): Side {
  return async (milliseconds) => factor * (await side(milliseconds));
}

/** A side's rate as milliseconds for one. */
export function timeOfOne(side: Side): Side {
  return async (milliseconds) => 1000 / (await side(milliseconds));
}

/** One of them, each as likely. */
export function anyOf(among: readonly string[]): string {
  return among[Math.floor(Math.random() * among.length)] ?? "";
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
