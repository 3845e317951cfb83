import fs from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { openCluster } from "../../scripts/postgres";
import { alterBackup, ask, folderWithSecrets, run, secretOf } from "../support/backup";
import { newFolder } from "../support/launch";
import { migratedFolder } from "../support/migrated";

let original: string;
let backup: string;

const altered = (name: string, change: (text: string) => string, isWhole = true) => alterBackup(backup, name, change, isWhole);

beforeAll(async () => {
  original = await migratedFolder();
  const cluster = await openCluster(original, secretOf(original, "POSTGRES_PASSWORD"));
  await ask(
    original,
    `INSERT INTO users (id, email, name, updated_at) VALUES (gen_random_uuid(), 'asha@example.com', 'Asha Mrema', now());
     INSERT INTO credit_entries (user_id, amount, kind) SELECT id, 1000, 'signup' FROM users`,
  );
  await cluster.stop();
  backup = path.join(newFolder("backups"), "portal.backup");
  // The portal does not run: its database is started for this.
  expect(await run("backup", [backup], original)).toMatchObject({ status: 0 });
});

describe("a restore is refused before anything is made", () => {
  test.each<[string, () => string, RegExp]>([
    ["that is not there", () => `${backup}.none`, /There is no file /],
    ["that is something else", () => path.resolve("package.json"), / is damaged or was cut short\. Nothing was changed/],
    [
      "that was cut short",
      () => {
        const file = `${backup}.cut`;
        fs.writeFileSync(file, fs.readFileSync(backup).subarray(0, -400));
        return file;
      },
      / is damaged or was cut short\. Nothing was changed/,
    ],
    ["that ends too early", () => altered("early", (text) => text.slice(0, -3)), / is damaged or was cut short/],
    [
      "in which a row was changed",
      () => altered("changed", (text) => text.replace(/Mrema/, "Mrima"), false),
      / is damaged or was cut/,
    ],
    ["that misses a row", () => altered("fewer", (text) => text.replace(/\n[^\n]*\tsignup\t[^\n]*/, "")), /and should have/],
    [
      "of another format",
      () => altered("format", (text) => text.replace('"latchkey_backup":1', '"latchkey_backup":2')),
      /another version/,
    ],
    [
      "of a later version",
      () => altered("later", (text) => text.replace('"migrations":[', '"migrations":["20991231000000_later",')),
      /later version of the portal \(20991231000000_later\)/,
    ],
  ])("from a file %s", async (_, make, sentence) => {
    const folder = folderWithSecrets(original);
    const { status, output } = await run("restore", [make()], folder);
    expect(output).toMatch(sentence);
    expect(output).not.toContain("    at ");
    expect(status).toBe(1);
    expect(fs.existsSync(path.join(folder, "postgres"))).toBe(false);
  });

  test("under another KEY_HASH_SECRET, or none", async () => {
    const folder = newFolder("restored");
    for (const secret of [undefined, "another-secret-that-is-long-enough-"]) {
      if (secret) fs.mkdirSync(path.join(folder, "secrets"));
      if (secret) fs.writeFileSync(path.join(folder, "secrets", "KEY_HASH_SECRET"), secret);
      const { status, output } = await run("restore", [backup], folder);
      expect(output).toBe(
        `\nThe backup was made under another KEY_HASH_SECRET: none of its keys would work. Nothing was changed. Put the secret of then into ${path.join(folder, "secrets", "KEY_HASH_SECRET")}, or set it, and try again.\n`,
      );
      expect(status).toBe(1);
    }
    expect(fs.readdirSync(folder)).toStrictEqual(["secrets"]);
  });
});
