import { query } from "../../tests/support/database";
import { type Plant, plants } from "./plants";
import { type Found, fuzz } from "./run";
import type { World } from "./world";

/** Looks for every plant in turn, each within so many requests, and says what came of it in a table. */
export async function findPlants(world: World, requests: number, seed?: number): Promise<{ text: string; isWell: boolean }> {
  const rows: { plant: Plant; found: Found | undefined }[] = [];
  for (const plant of plants()) {
    if (plant.sow) await query(plant.sow);
    const { sender } = plant;
    const { found } = await fuzz(world, { requests, seed, stopsAtFinding: true, ...(sender ? { sender } : {}) });
    if (plant.uproot) await query(plant.uproot);
    rows.push({ plant, found: found.find(({ finding }) => finding.rule === plant.rule) });
  }
  const width = Math.max(...rows.map(({ plant }) => plant.name.length));
  const lines = rows.flatMap(({ plant, found }) => {
    const name = plant.name.padEnd(width);
    if (!found) return [`✗ ${name}  not found in ${requests} requests`];
    const { finding, atRequest } = found;
    const head = `✓ ${name}  at request ${String(atRequest).padStart(6)}, shrunk to ${finding.curls.length}: ${finding.operation}: ${finding.rule}`;
    return [head, `    ${finding.seen.slice(0, 200)}`, ...finding.curls.map((curl) => `    ${curl}`)];
  });
  return { text: lines.join("\n"), isWell: rows.every(({ found }) => found !== undefined) };
}
