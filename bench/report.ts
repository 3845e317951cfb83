import fs from "node:fs";
import path from "node:path";

const RESULTS = path.resolve("bench/results/latest.json");

/** None where the figure only explains another. */
type Goal = { atLeast: number } | { atMost: number } | null;

export type Measure = { name: string; unit: string; otherName: string; goal: Goal };

type Row = {
  name: string;
  unit: string;
  ours: number;
  other: number;
  otherName: string;
  ratio: number;
  /** Empty where a measure only explains another one. */
  goal: string;
  missedBy: string;
};

const rows: Row[] = [];

/** Keeps a result and prints its line of the table. */
export function report({ name, unit, otherName, goal }: Measure, result: { ours: number; other: number; ratio: number }): void {
  const { text, share } = compareWithGoal(goal, result.ratio);
  const row = {
    name,
    unit,
    ours: round(result.ours),
    other: round(result.other),
    otherName,
    ratio: round(result.ratio),
    goal: text,
    missedBy: share > 0 ? `${Math.ceil(share * 100)} %` : "",
  };
  if (rows.length === 0) printLine(["measure", "ours", "other", "ratio", "goal", ""]);
  rows.push(row);
  printLine([name, String(row.ours), String(row.other), String(row.ratio), row.goal, verdictOf(row)]);
  console.log(`  ${unit}, against ${otherName}`);
}

/** Writes bench/results/latest.json and says how many goals were met. */
export function finish(): void {
  fs.mkdirSync(path.dirname(RESULTS), { recursive: true });
  fs.writeFileSync(RESULTS, `${JSON.stringify(rows, null, 2)}\n`);
  const goals = rows.filter((row) => row.goal);
  const missed = goals.filter((row) => row.missedBy).length;
  console.log(`\n${goals.length - missed} of ${goals.length} goals met. Written to bench/results/latest.json.`);
}

/** The goal in words, and how far the ratio is from it as a share of it: 0 when it is met. */
function compareWithGoal(goal: Goal, ratio: number): { text: string; share: number } {
  if (!goal) return { text: "", share: 0 };
  if ("atLeast" in goal) return { text: `≥ ${goal.atLeast}`, share: Math.max(0, 1 - ratio / goal.atLeast) };
  return { text: `≤ ${goal.atMost}`, share: Math.max(0, ratio / goal.atMost - 1) };
}

function printLine(cells: string[]): void {
  const widths = cells.map((cell, index) => (index < 1 ? cell.padEnd(56) : index < 4 ? cell.padStart(11) : cell.padStart(8)));
  console.log(widths.join(" "));
}

function verdictOf({ goal, missedBy }: Row): string {
  if (!goal) return "";
  return missedBy ? `missed by ${missedBy}` : "met";
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
