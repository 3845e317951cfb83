import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { applyMigrations } from "../../scripts/migrate";
import { type Cluster, openCluster } from "../../scripts/postgres";
import { query } from "../support/database";
import { launch, newFolder } from "../support/launch";
import { deploymentSettings, randomSecret } from "../support/server";

const ALL = fs
  .readdirSync("prisma/migrations", { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

let cluster: Cluster;
let databases = 0;

beforeAll(async () => {
  cluster = await openCluster(newFolder("migrations"), randomSecret());
});

afterAll(async () => {
  await cluster.stop("immediate");
});

async function emptyDatabase(): Promise<string> {
  databases += 1;
  await query(`CREATE DATABASE empty_${databases}`, [], cluster.url);
  return cluster.url.replace(/[^/]*$/, `empty_${databases}`);
}

function appliedIn(url: string) {
  return query(
    "SELECT migration_name AS name, finished_at IS NOT NULL AS finished FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY 1",
    [],
    url,
  );
}

describe("migrations", () => {
  test("are applied once: a second time does nothing", async () => {
    const url = await emptyDatabase();
    expect(await applyMigrations(url)).toStrictEqual(ALL);
    const first = await query("SELECT * FROM _prisma_migrations ORDER BY id", [], url);
    expect(await applyMigrations(url)).toStrictEqual([]);
    expect(await query("SELECT * FROM _prisma_migrations ORDER BY id", [], url)).toStrictEqual(first);
  });

  test("are applied once by two processes that start at once", async () => {
    const url = await emptyDatabase();
    const env = deploymentSettings(url);
    // Folders of their own: on two machines no lock file is shared.
    const both = await Promise.all([launch({ command: "migrate", env }), launch({ command: "migrate", env })]);
    expect(await Promise.all(both.map((one) => one.ended()))).toStrictEqual([0, 0]);
    expect(both.map((one) => one.output()).sort()).toStrictEqual([
      `Applied ${ALL.join(", ")}.\n`,
      "The database is up to date.\n",
    ]);
    expect(await appliedIn(url)).toStrictEqual(ALL.map((name) => ({ name, finished: true })));
  });

  test("are applied once by two processes that both have to make the embedded database", async () => {
    const dataDirectory = newFolder();
    const both = await Promise.all([
      launch({ command: "migrate", dataDirectory }),
      launch({ command: "migrate", dataDirectory }),
    ]);
    expect(await Promise.all(both.map((one) => one.ended()))).toStrictEqual([0, 0]);
    const text = both.map((one) => one.output()).join("");
    expect(text.split("Creating the database…").length).toBe(2);
    expect(text.split(`Applied ${ALL.join(", ")}.\n`).length).toBe(2);
    expect(text.split("The database is up to date.\n").length).toBe(2);
  });

  test("that fail leave nothing behind, and are applied once they are mended", async () => {
    const url = await emptyDatabase();
    const folder = newFolder("failing");
    fs.cpSync("prisma/migrations", folder, { recursive: true });
    const script = path.join(folder, "99990101000000_half", "migration.sql");
    fs.mkdirSync(path.dirname(script));
    // A semicolon inside a body: scripts must not be split there.
    const sound = `CREATE TABLE half (id int);
      CREATE FUNCTION one() RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; RETURN 1; END $$;`;
    fs.writeFileSync(script, `${sound} INSERT INTO half VALUES (one()); SELECT 1 / 0;`);

    await expect(applyMigrations(url, { folder })).rejects.toThrow(
      /^A migration failed, and nothing of it was kept\.[\s\S]*division by zero/,
    );
    expect(await query("SELECT to_regclass('half') AS half, to_regproc('one') AS one", [], url)).toStrictEqual([
      { half: null, one: null },
    ]);
    // Those before it stay, and one that fails again is still not kept.
    expect((await appliedIn(url)).filter((row) => row.finished).map((row) => row.name)).toStrictEqual(ALL);
    await expect(applyMigrations(url, { folder })).rejects.toThrow("division by zero");

    fs.writeFileSync(script, sound);
    expect(await applyMigrations(url, { folder })).toStrictEqual(["99990101000000_half"]);
    expect(await query("SELECT one() AS one FROM (SELECT count(*) FROM half) rows", [], url)).toStrictEqual([{ one: 1 }]);
    expect(await applyMigrations(url, { folder })).toStrictEqual([]);
  });
});
