import type { Attack } from "./attack";
import type { Bystanders } from "./bystanders";

/** How much longer a bystander may wait, at worst but for one in a hundred, than while it was quiet. */
const SLOWER_AT_MOST = 25;
/** On a busy machine a few sign-ins at once take about so long. */
const NEVER_SLOW_MS = 5000;

type Spread = { count: number; p50: number; p99: number };

/** By what they did, in milliseconds. */
export function spreadOf(served: Bystanders["served"]): Map<string, Spread> {
  const by = new Map<string, number[]>();
  for (const { what, ms } of served) {
    const times = by.get(what) ?? [];
    times.push(ms);
    by.set(what, times);
  }
  return new Map([...by].map(([what, times]) => [what, spread(times)]));
}

function spread(times: number[]): Spread {
  const sorted = times.toSorted((one, other) => one - other);
  const place = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
  return { count: sorted.length, p50: place(0.5), p99: place(0.99) };
}

/** What was tried and what came of it. Answers the sentences that did not hold. */
export function tellAttacks(attacks: readonly Attack[]): string[] {
  const lines: string[][] = [["attack", "tries", "checks", "held / broken"]];
  const broken: string[] = [];
  for (const { title, tally } of attacks) {
    const failed = [...tally.mishaps.values()].reduce((sum, times) => sum + times, 0);
    const outcome = tally.broken.size > 0 ? `BROKEN (${tally.broken.size})` : tally.checks === 0 ? "not carried through" : "held";
    lines.push([title, String(tally.tries), String(tally.checks), `${outcome}${failed > 0 ? `, ${failed} tries failed` : ""}`]);
    for (const { says, saw, example, seed, times } of tally.broken.values())
      broken.push(
        `${title}: ${says}\n    saw: ${saw || "that it does not"}\n    with: ${example}  (${times} times, seed ${seed})`,
      );
    if (tally.checks === 0 && tally.mishaps.size > 0) broken.push(`${title}: no try of it could be carried through`);
  }
  console.log(`\n${aligned(lines)}`);
  for (const { title, tally } of attacks) {
    for (const note of tally.notes) console.log(`  ${title}: ${note}`);
    for (const [reason, times] of [...tally.mishaps].slice(0, 3)) console.log(`  ${title}: failed ${times} times: ${reason}`);
  }
  return broken;
}

/** How bystanders fared. Answers what they had to suffer. */
export function tellBystanders(quiet: Map<string, Spread>, { served, refused }: Bystanders): string[] {
  const now = spreadOf(served);
  const ms = (time: number) => `${Math.round(time)} ms`;
  const lines = [["bystander", "served", "quiet p50 / p99", "attacked p50 / p99", "times"]];
  const suffered: string[] = [];
  for (const [what, { count, p50, p99 }] of now) {
    const before = quiet.get(what);
    const times = before ? p99 / before.p99 : Number.NaN;
    lines.push([
      what,
      String(count),
      before ? `${ms(before.p50)} / ${ms(before.p99)}` : "",
      `${ms(p50)} / ${ms(p99)}`,
      before ? `${times.toFixed(1)} ×` : "",
    ]);
    if (before && p99 > NEVER_SLOW_MS && times > SLOWER_AT_MOST)
      suffered.push(`bystanders: "${what}" waits ${ms(p99)}, ${times.toFixed(0)} times as long as when it is quiet`);
  }
  console.log(`\n${aligned(lines)}`);
  const kinds = new Map<string, { times: number; saw: string; at: number }>();
  for (const { what, saw, at } of refused)
    kinds.set(what, {
      times: (kinds.get(what)?.times ?? 0) + 1,
      saw: kinds.get(what)?.saw ?? saw,
      at: kinds.get(what)?.at ?? at,
    });
  for (const [what, { times, saw, at }] of kinds)
    suffered.push(`bystanders: refused: ${what}: ${times} times, first after ${at} s: ${saw}`);
  return suffered;
}

function aligned(lines: readonly string[][]): string {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  return lines
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
