import { randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { signUsage } from "../../lib/usage/signature";
import { LEFT_OUT } from "../../scripts/backup-tables";
import { embeddedUrl, superuserUrl } from "../../scripts/postgres";
import { alterBackup, ask, beforeLastMigration, codeOf, folderWithSecrets, run, secretOf } from "../support/backup";
import { call, newKey, type TestKey } from "../support/client";
import { closeQueries, query } from "../support/database";
import { allEnded, type Launched, launch, newFolder } from "../support/launch";
import { migratedFolder } from "../support/migrated";
import { registerOverHttp, type TestUser } from "../support/people";
import { deploymentSettings, until } from "../support/server";

/** With what means something to COPY. */
const NAME = 'Odd \\. \\N "name" ünïcode';

let started: Launched;
let user: TestUser;
let former: TestKey;
let key: TestKey;
let backup: string;

async function report(id: string): Promise<void> {
  const raw = JSON.stringify({ apiKey: key.api_key, delta: 2 });
  const signature = signUsage(raw, secretOf(started.dataDirectory, "USAGE_WEBHOOK_SECRET"));
  const answer = await call("/usage", { raw, headers: { "x-signature": signature, "x-idempotency-key": id } }, started.url);
  expect(answer.status).toBe(200);
}

const altered = (name: string, change: (text: string) => string, isWhole = true) => alterBackup(backup, name, change, isWhole);

beforeAll(async () => {
  started = await launch({ dataDirectory: await migratedFolder() });
  await started.ready();
  user = await registerOverHttp(started.url);
  former = await newKey(user, { key_name: NAME }, started.url);
  const body = { grace_seconds: 3600 };
  key = (await call(`/api/auth/keys/${former.id}/regenerate/`, { token: user.access, body }, started.url)).body.data;
  backup = path.join(newFolder("backups"), "portal.backup");

  let [sent, isDone] = [0, false];
  const reporting = (async () => {
    while (!isDone) await report(`call-${sent++}`);
  })();
  await until(() => sent > 20, "some calls to be reported");
  const { status, output } = await run("backup", [backup], started.dataDirectory);
  isDone = true;
  await reporting;
  expect({ status, output }).toStrictEqual({ status: 0, output: expect.stringMatching(/^Wrote \d+ rows to \S+\. Keep /) });
});

describe("a backup", () => {
  test("is whole, for its owner only, and leaves nothing beside it", () => {
    expect(fs.statSync(backup).mode & 0o777).toBe(0o600);
    expect(fs.readdirSync(path.dirname(backup)).filter((name) => name.endsWith(".new"))).toStrictEqual([]);
  });

  test("holds no secret, no sign-in and no credential", () => {
    const text = gunzipSync(fs.readFileSync(backup)).toString("latin1");
    const secrets = fs
      .readdirSync(path.join(started.dataDirectory, "secrets"))
      .map((name) => secretOf(started.dataDirectory, name));
    for (const secret of [...secrets, former.api_key, key.api_key, key.secret_key, user.password, user.refresh]) {
      expect(text).not.toContain(secret);
    }
    const tables = JSON.parse(text.slice(0, text.indexOf("\n"))).tables.map(({ name }: { name: string }) => name);
    expect(tables).toContain("credit_entries");
    expect(tables.filter((name: string) => LEFT_OUT.includes(name))).toStrictEqual([]);
  });
});

test("a backup to nowhere, to a folder or without a name is refused in one sentence", async () => {
  const folder = path.dirname(backup);
  for (const [file, sentence] of [
    [path.join(folder, "none", "file"), `There is no folder ${path.join(folder, "none")}.`],
    [folder, `${folder} is a folder: name a file.`],
    ["", "Name one file: npm run backup -- FILE"],
  ]) {
    expect(await run("backup", file ? [file] : [], started.dataDirectory)).toStrictEqual({
      status: 1,
      output: `\n${sentence}\n`,
    });
  }
});

test("a database of one's own is backed up, and restored into where it is empty", async () => {
  const operator = superuserUrl(started.dataDirectory);
  await query("CREATE DATABASE own OWNER latchkey", [], operator);
  const url = embeddedUrl(started.dataDirectory, secretOf(started.dataDirectory, "POSTGRES_PASSWORD")).replace(
    /latchkey$/,
    "own",
  );
  const KEY_HASH_SECRET = secretOf(started.dataDirectory, "KEY_HASH_SECRET");
  const env = { ...deploymentSettings(url), KEY_HASH_SECRET };
  const folder = newFolder("own");
  expect(await run("restore", [backup], folder, env)).toMatchObject({ status: 0 });
  expect(await query("SELECT name FROM api_keys", [], url)).toStrictEqual([{ name: NAME }]);
  expect(await run("backup", [path.join(folder, "own.backup")], folder, env)).toMatchObject({ status: 0 });
  expect(await run("restore", [backup, "--replace"], folder, env)).toStrictEqual({
    status: 1,
    output: "\nThe database of DATABASE_URL is not empty. Make an empty one, restore into that, and let DATABASE_URL name it.\n",
  });
  await closeQueries(url);
});

describe("a restored portal", () => {
  let folder: string;
  let restored: Launched;

  beforeAll(async () => {
    folder = folderWithSecrets(started.dataDirectory);
    const { status, output } = await run("restore", [backup], folder);
    expect(output).toMatch(/Restored \d+ rows, as they were at \S+Z\. Everybody signs in again\.\n$/);
    expect(status).toBe(0);
    await allEnded(folder);
    restored = await launch({ dataDirectory: folder });
    await restored.ready();
  });

  test("has every row that was there at one moment, and balances that are the sums of their ledgers", async () => {
    const head = JSON.parse(gunzipSync(fs.readFileSync(backup)).toString("latin1").split("\n", 1)[0] ?? "");
    for (const { name, rows } of head.tables) {
      expect({ name, rows: (await ask(folder, `SELECT count(*)::int AS rows FROM "${name}"`))[0]?.rows }).toStrictEqual({
        name,
        rows,
      });
    }
    const [account] = await ask(
      folder,
      `SELECT credits::int AS credits, (SELECT sum(amount)::int FROM credit_entries WHERE user_id = u.id) AS ledger,
         (SELECT sum(delta)::int FROM usage_events WHERE user_id = u.id) AS used, (SELECT sum(credits)::int FROM usage_days WHERE user_id = u.id) AS day
       FROM users u WHERE email = '${user.email}'`,
    );
    expect(account?.used).toBeGreaterThan(40);
    expect(account).toStrictEqual({
      credits: 1000 - account?.used,
      ledger: 1000 - account?.used,
      used: account?.used,
      day: account?.used,
    });
  });

  test("lets people sign in, knows their keys, old ones in their grace too, and makes new ones", async () => {
    expect(await codeOf(restored, key.api_key)).toBe("VALID");
    expect(await codeOf(restored, former.api_key)).toBe("VALID");
    const { email, password } = user;
    const answer = await call("/api/auth/login/", { body: { email, password } }, restored.url);
    expect(answer.status).toBe(200);
    const access = answer.body.tokens.access;
    const settings = await call("/api/auth/settings/", { token: access }, restored.url);
    expect(settings.body.data.api_keys).toMatchObject([{ id: key.id, key_name: NAME }]);
    const more = await newKey({ access }, {}, restored.url);
    expect(await codeOf(restored, more.api_key)).toBe("VALID");
  });

  test("refuses what the original refuses", async () => {
    await expect(ask(folder, "UPDATE users SET credits = 1")).rejects.toThrow("only through credit_entries");
    await expect(ask(folder, "DELETE FROM audit_entries")).rejects.toThrow("append-only");
    await expect(ask(folder, "DELETE FROM api_keys")).rejects.toThrow("never removed");
    const always = "SELECT tgname FROM pg_trigger WHERE tgenabled = 'A' ORDER BY 1";
    expect(await ask(folder, always)).toStrictEqual(await ask(started.dataDirectory, always));
  });

  test("has the feed begin anew, with digests that are those of before", async () => {
    const state = "SELECT epoch, salt FROM feed_state";
    const [[before], [after]] = [await ask(started.dataDirectory, state), await ask(folder, state)];
    expect(after?.salt).toBe(before?.salt);
    expect(after?.epoch).not.toBe(before?.epoch);
  });

  test("is replaced only when it does not run and that is asked for", async () => {
    const before = await ask(folder, "SELECT id, xmin::text FROM users ORDER BY id");
    const running = await run("restore", [backup, "--replace"], folder);
    expect(running).toStrictEqual({ status: 1, output: "\nThe portal is running. Stop it, then restore.\n" });
    expect(await ask(folder, "SELECT id, xmin::text FROM users ORDER BY id")).toStrictEqual(before);
    await restored.stop();
    const full = await run("restore", [backup], folder);
    expect(full.status).toBe(1);
    expect(full.output).toContain("The database holds users already. Nothing was changed.");
    const unfit = altered("unfit", (text) => text.replaceAll(`\t${user.id}\tOdd `, `\t${randomUUID()}\tOdd `));
    const failed = await run("restore", [unfit, "--replace"], folder);
    expect(failed.output).toMatch(
      /^\nThe restore failed, and nothing of it was kept\. insert or update on table "api_keys" violates .*\n$/,
    );
    const again = await run("restore", [backup], folder);
    expect(again.output).toContain("The database holds users already.");
    const replaced = await run("restore", [backup, "--replace"], folder);
    expect(replaced.status).toBe(0);
    restored = await launch({ dataDirectory: folder });
    await restored.ready();
    expect(await codeOf(restored, key.api_key)).toBe("VALID");
    expect((await ask(folder, `SELECT FROM api_keys WHERE user_id = '${user.id}'`)).length).toBe(1);
  });

  test("has every migration, also when the backup is from before some of them", async () => {
    const names = await ask<{ name: string }>(folder, "SELECT migration_name AS name FROM _prisma_migrations ORDER BY 1");
    const last = names.at(-1)?.name ?? "";
    const older = altered("older", beforeLastMigration);
    const other = folderWithSecrets(started.dataDirectory);
    const { status, output } = await run("restore", [older], other);
    expect({ status, output }).toStrictEqual({ status: 0, output: expect.stringContaining(`Applied migrations: ${last}.\n`) });
    const portal = await launch({ dataDirectory: other });
    await portal.ready();
    expect(await codeOf(portal, key.api_key)).toBe("VALID");
  });
});
