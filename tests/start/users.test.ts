import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { copyClone, must } from "../support/clone";
import { allEnded, firstKey, keyIds, type LaunchOptions, launch, newFolder, printedPassword } from "../support/launch";

// As root these tests start from a copy of the clone, also as somebody else; an ordinary user can only be who they are.
const isRoot = process.getuid?.() === 0;
const NOBODY = 65534;

let home: string;
let clone: string;
let program: string | undefined;
const madeByFallback: string[] = [];
const hadUser = hasUser("latchkey");

function hasUser(name: string): boolean {
  return new RegExp(`^${name}:`, "m").test(fs.readFileSync("/etc/passwd", "utf8"));
}

beforeAll(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), "latchkey-clone-"));
  clone = copyClone(path.join(home, "clone"));
  // Generated, so not in a clone: the first start has to make it.
  fs.rmSync(path.join(clone, "prisma", "generated"), { recursive: true });
  if (!isRoot) return;
  must("chmod", "-R", "a+rX", clone);
  if (spawnSync(process.execPath, ["--version"], { uid: NOBODY, gid: NOBODY }).status !== 0) {
    program = path.join(home, "node");
    fs.copyFileSync(process.execPath, program);
    fs.chmodSync(program, 0o755);
  }
});

afterAll(() => {
  for (const folder of [home, ...madeByFallback]) fs.rmSync(folder, { recursive: true, force: true });
  if (madeByFallback.length > 0 && fs.readdirSync("/var/lib/latchkey").length === 0) fs.rmdirSync("/var/lib/latchkey");
  if (!hadUser && hasUser("latchkey")) must("userdel", "latchkey");
});

/** Starts, makes a key, stops, starts again and finds the key. Answers what the first start printed. */
async function startTwice(options: LaunchOptions, again: LaunchOptions = options): Promise<string> {
  const first = await launch(options);
  await first.ready();
  expect(printedPassword(first.output())).toBeDefined();
  const keyId = await firstKey(first, clone);
  expect(await first.stop()).toBe(0);

  const second = await launch(again);
  await second.ready();
  expect(await keyIds(second)).toStrictEqual([keyId]);
  expect(await second.stop()).toBe(0);
  await allEnded(options.dataDirectory ?? "");
  return first.output();
}

/** A folder in the home that belongs to whoever starts. */
function ownFolder(name: string): string {
  const folder = path.join(home, name);
  fs.mkdirSync(folder);
  if (isRoot) fs.chownSync(folder, NOBODY, NOBODY);
  return folder;
}

describe("it starts", () => {
  test("from a clone below a folder that nobody else may enter", async () => {
    fs.chmodSync(home, 0o700);
    const output = await startTwice({ clone, dataDirectory: path.join(clone, ".data") });
    // The copy has the build of the original: a start that finds it makes no other.
    expect(output).not.toContain("Building");
  });

  test("for an ordinary user, and for root with that user's database", async () => {
    fs.chmodSync(home, 0o755);
    const dataDirectory = ownFolder("data");
    const ordinary = { clone, dataDirectory, program, env: { HOME: dataDirectory }, ...(isRoot && { uid: NOBODY }) };
    await startTwice(ordinary, { clone, dataDirectory });
    expect(fs.statSync(path.join(dataDirectory, "postgres")).uid).toBe(isRoot ? NOBODY : process.getuid?.());
  });

  test("where no user namespace can be made, and later where one can", async () => {
    const bin = path.join(home, "bin");
    fs.mkdirSync(bin);
    for (const name of ["sh", "useradd"]) {
      const found = spawnSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).stdout.trim();
      if (found) fs.symlinkSync(found, path.join(bin, name));
    }
    const dataDirectory = newFolder();
    const output = await startTwice({ clone, dataDirectory, env: { PATH: bin } }, { clone, dataDirectory });
    const place = /its files are in (\S+)\.$/m.exec(output)?.[1];
    if (place) madeByFallback.push(place);
    // Only root needs another user for PostgreSQL.
    expect(place !== undefined).toBe(isRoot);
    expect(fs.existsSync(path.join(dataDirectory, "postgres"))).toBe(!isRoot);
    if (place) await allEnded(place);
  });
});

test("a DATA_DIR that this user may not write to is refused in one sentence", async () => {
  fs.chmodSync(home, 0o755);
  const closed = path.join(home, "closed");
  fs.mkdirSync(closed);
  fs.chmodSync(closed, 0o555);
  for (const dataDirectory of [closed, path.join(closed, "data")]) {
    const refused = await launch({ clone, dataDirectory, program, env: { HOME: home }, ...(isRoot && { uid: NOBODY }) });
    expect(await refused.ended()).toBe(1);
    expect(refused.output()).toBe(
      `\nNo permission for writing to ${dataDirectory}. Give this user write access there, or set DATA_DIR to another folder.\n`,
    );
  }
});

// Where this user may mount one: for the command alone, so that nothing is left of it.
if (spawnSync("unshare", ["--mount", "true"]).status === 0) {
  test("a clone that is read-only, with no command bundled in it, is used as it is", async () => {
    const expectUsage = async (ownProgram: string | undefined) => {
      const command = await launch({ clone, command: "restore", program: ownProgram });
      expect(await command.ended()).toBe(1);
      expect(command.output()).toBe("\nName one file: npm run restore -- FILE\n");
    };
    // Makes the database client.
    await expectUsage(undefined);
    fs.rmSync(path.join(clone, "node_modules", ".cache"), { recursive: true });
    const readOnly = path.join(home, "read-only");
    const mount =
      'mount --bind "$PWD" "$PWD" && mount --options remount,bind,ro "$PWD" && cd "$PWD" && ! touch there 2>&- && exec "$@"';
    fs.writeFileSync(readOnly, `#!/bin/sh\nexec unshare --mount sh -c '${mount}' sh "${process.execPath}" "$@"\n`, {
      mode: 0o755,
    });
    await expectUsage(readOnly);
    expect(fs.existsSync(path.join(clone, "node_modules", ".cache"))).toBe(false);
  });
}
