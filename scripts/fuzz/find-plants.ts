import { query } from "../../tests/support/database";
import { type Plant, plants } from "./plants";
import { type Found, fuzz } from "./run";
import { inWorld } from "./world";

/**
 * Looks for every plant, each within so many requests, and says what came of it. Each has a world of its own: what one has damaged
 * would be found again while another is looked for. Answers whether each was found.
 */
export async function findPlants(requests: number, seed?: number): Promise<boolean> {
  let isWell = true;
  for (const plant of plants()) {
    const { sow, sender, rule } = plant;
    const { found } = await inWorld(async (world) => {
      if (sow) await query(sow);
      return fuzz(world, { requests, seed, stopsAt: rule, sender });
    });
    const wanted = found.find(({ finding }) => finding.rule === rule);
    console.log(wanted ? lineOf(plant, wanted) : `✗ ${plant.name}: not found in ${requests} requests`);
    if (!wanted) for (const { finding } of found) console.log(`  but ${finding.message.slice(0, SHOWN)}`);
    isWell &&= wanted !== undefined;
  }
  return isWell;
}

const SHOWN = 300;

function lineOf({ name }: Plant, { finding, atRequest }: Found): string {
  const { curls, operation, rule, seen } = finding;
  const head = `✓ ${name}: found by request ${atRequest}, shrunk to ${curls.length}: ${operation}: ${rule}`;
  return [head, `  seen: ${seen.slice(0, SHOWN)}`, ...curls.map((curl) => `    ${curl}`)].join("\n");
}
