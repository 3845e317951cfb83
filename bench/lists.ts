import type { TestServer } from "../tests/support/server";
import type { Bench } from "./ground";
import { load } from "./http";
import { timeOfOne } from "./measure";
import { seedKeys } from "./seed";

const FEW = 1_000;

/** A list costs what it shows, not what there is: each against the same list of a small table. */
export async function measureLists(bench: Bench, databases: { few: string; many: string }): Promise<void> {
  const { settings, scale } = bench;
  console.log(`Seeding ${scale.manyKeys} keys…`);
  await seedKeys(databases.few, settings.KEY_HASH_SECRET ?? "", FEW);
  await seedKeys(databases.many, settings.KEY_HASH_SECRET ?? "", scale.manyKeys);
  const few = await bench.start({ ...settings, DATABASE_URL: databases.few });
  const many = await bench.start({ ...settings, DATABASE_URL: databases.many });
  const headers = { "X-Admin-Secret": settings.ADMIN_API_SECRET ?? "" };
  const list = (of: TestServer, query: string) => {
    const url = `${of.url}/api/api-keys?limit=100${query}`;
    return timeOfOne(load({ url, headers, connections: 1 }));
  };
  const common = { unit: "ms", otherName: `${FEW} keys`, goal: { atMost: 1.5 } };
  const name = "GET /api/api-keys?limit=100";
  await bench.measure(
    { ...common, name: `${name}, first page, ${scale.manyKeys} keys` },
    { ours: list(many, ""), other: list(few, "") },
  );
  const deep = async (of: TestServer, count: number) => list(of, `&cursor=${await deepCursor(of, headers, count)}`);
  await bench.measure(
    { ...common, name: `${name}, deep page, ${scale.manyKeys} keys` },
    { ours: await deep(many, scale.manyKeys), other: await deep(few, FEW) },
  );
}

/** Keys are seeded a millisecond apart, so a cursor nine tenths down can be read off the first page's. */
async function deepCursor(server: TestServer, headers: Record<string, string>, count: number): Promise<string> {
  const response = await fetch(`${server.url}/api/api-keys?limit=1`, { headers });
  const { next_cursor } = (await response.json()) as { next_cursor: string };
  const [at = 0, id = 0] = next_cursor.split("-").map(Number);
  const depth = Math.floor(count * 0.9);
  return `${at - depth}-${id - depth}`;
}
