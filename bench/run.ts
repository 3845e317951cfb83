import fs from "node:fs";
import path from "node:path";
import { applyMigrations } from "../scripts/migrate";
import { openCluster, superuserUrl } from "../scripts/postgres";
import { deploymentSettings, randomSecret, startServer, type TestServer } from "../tests/support/server";
import { type Bench, FULL, QUICK } from "./ground";
import { buildWithBareRoutes } from "./http";
import { measureInProcess } from "./in-process";
import { measureLists } from "./lists";
import { compare } from "./measure";
import { measureMemory } from "./memory";
import { measureOverHttp } from "./over-http";
import { measurePages } from "./pages";
import { openPeer } from "./peer";
import { finish, report } from "./report";
import { allowSeeding, copyDatabase, seedKeys } from "./seed";
import { measureStaffLists } from "./staff-lists";

/** Every measure, as a table and as bench/results/latest.json. */
export async function run({ isQuick }: { isQuick: boolean }): Promise<void> {
  const scale = isQuick ? QUICK : FULL;
  const folder = path.resolve(".data", "bench");
  fs.rmSync(path.join(folder, "postgres"), { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  const servers: TestServer[] = [];
  console.log("Preparing: databases, keys, a build with two bare routes…");
  const site = buildWithBareRoutes(folder);
  const cluster = await openCluster(folder, randomSecret());
  try {
    await allowSeeding(superuserUrl(folder));
    await applyMigrations(cluster.url);
    const emptyCopies = {
      few: await copyDatabase(cluster.url, "few"),
      many: await copyDatabase(cluster.url, "many"),
      staffFew: await copyDatabase(cluster.url, "staff_few"),
      staffFewUsers: await copyDatabase(cluster.url, "staff_few_users"),
      staffMany: await copyDatabase(cluster.url, "staff_many"),
      peer: await copyDatabase(cluster.url, "peer", "template0"),
    };
    const settings = deploymentSettings(cluster.url);
    // Before the first use of what is measured in this process: it reads them then.
    Object.assign(process.env, settings);
    const bench: Bench = {
      scale,
      databaseUrl: cluster.url,
      settings,
      owner: await seedKeys(cluster.url, settings.KEY_HASH_SECRET ?? "", scale.keys),
      peer: await openPeer(emptyCopies.peer, scale.keys),
      measure: async (measure, pair, milliseconds = scale.milliseconds) =>
        report(measure, await compare(pair, { ...scale, milliseconds })),
      start: async (own) => {
        const server = await startServer(own, site);
        servers.push(server);
        return server;
      },
    };
    await measureInProcess(bench);
    await measureOverHttp(bench);
    await measurePages(bench);
    await measureLists(bench, emptyCopies);
    // Their rows take longer to make than a quick run may.
    const { staffFew, staffFewUsers, staffMany } = emptyCopies;
    if (!isQuick) await measureStaffLists(bench, { few: staffFew, fewUsers: staffFewUsers, many: staffMany });
    await measureMemory(bench);
  } finally {
    for (const server of servers) await server.stop("SIGKILL");
    await cluster.stop("immediate");
  }
  finish();
}
