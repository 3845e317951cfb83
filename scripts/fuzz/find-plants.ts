import { query } from "../../tests/support/database";
import { type Plant, plants } from "./plants";
import { type Found, fuzz } from "./run";
import type { World } from "./world";

/** Looks for every plant in turn, each within so many requests, and says what came of it. Answers whether each was found. */
export async function findPlants(world: World, requests: number, seed?: number): Promise<boolean> {
  let isWell = true;
  for (const plant of plants()) {
    if (plant.sow) await query(plant.sow);
    const { sender } = plant;
    const { found } = await fuzz(world, { requests, seed, stopsAt: plant.rule, ...(sender ? { sender } : {}) });
    if (plant.uproot) await query(plant.uproot);
    const wanted = found.find(({ finding }) => finding.rule === plant.rule);
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
