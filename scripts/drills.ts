import { endLaunched } from "../tests/support/launch";
import { sweepScratchFolders } from "../tests/support/server";
import { ensureBuilt } from "./build";
import type { Drill, Row } from "./drills/drill";
import { DRILLS } from "./drills/list";
import { tableOf } from "./drills/table";
import { Failure } from "./failure";

/** What went wrong stands at the end of what a start has printed. */
const MESSAGE_LENGTH = 300;

/** `drills [--all] [NAME…]`: bad weather, one kind after the other, and what it did, in a table. `--all`: none may be left out. */
export async function main(args: string[]): Promise<void> {
  const names = args.filter((arg) => arg !== "--all");
  const unknown = names.find((name) => !DRILLS.some((drill) => drill.name === name));
  if (unknown !== undefined)
    throw new Failure(`There is no drill "${unknown}". Drills: ${DRILLS.map(({ name }) => name).join(", ")}.`);
  await ensureBuilt();
  sweepScratchFolders();
  let interrupted: Promise<void> | undefined;
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      interrupted = endLaunched().finally(() => process.exit(1));
    });

  const rows: Row[] = [];
  for (const drill of DRILLS.filter(({ name }) => names.length === 0 || names.includes(name))) {
    console.log(`… ${drill.title}`);
    const row = await tried(drill);
    await interrupted;
    rows.push(row);
    for (const { says, holds } of row.findings) console.log(`  ${holds ? "✓" : "✗"} ${says}`);
    for (const note of row.notes) console.log(`    ${note}`);
  }
  console.log(`\n${tableOf(rows)}\n`);
  const broken = rows.flatMap(({ drill, findings }) =>
    findings.filter(({ holds }) => !holds).map(({ says }) => `${drill}: ${says}`),
  );
  const notTried = rows.filter((row) => row.notTried);
  for (const line of broken) console.log(`✗ ${line}`);
  console.log(broken.length === 0 ? "Every bound held." : `${broken.length} bounds did not hold.`);
  const refused = rows.reduce((sum, { refusedSeconds = 0 }) => sum + refusedSeconds, 0);
  console.log(`Refused while the database could have answered: ${refused.toFixed(1)} s in all drills together.`);
  if (notTried.length > 0) console.log(`Not tried: ${notTried.length}.`);
  process.exit(broken.length === 0 && (notTried.length === 0 || !args.includes("--all")) ? 0 : 1);
}

async function tried(drill: Drill): Promise<Row> {
  const missing = drill.missing?.() ?? null;
  if (missing !== null) return { drill: drill.title, notTried: missing, findings: [], notes: [] };
  try {
    return await drill.run();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const says = `it could be carried through (${message.replaceAll(/\s+/g, " ").slice(-MESSAGE_LENGTH)})`;
    return { drill: drill.title, findings: [{ says, holds: false }], notes: [] };
  } finally {
    await endLaunched();
  }
}
