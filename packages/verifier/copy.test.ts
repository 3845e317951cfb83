import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { StateLine } from "@latchkey/rule/feed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Copy, type Files } from "./copy";
import { filesIn } from "./files";
import { Freshness } from "./freshness";
import { Replica } from "./replica";
import { realWorld } from "./world";

const world = realWorld("http://portal", "");
const EPOCH = "86376745-41d1-481b-8549-7e0857bd7077";
const OWNER = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
const KEYS = 1_203;
const CREDENTIAL = "lks_of_the_service";

const idOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const digest = (n: number) => createHash("sha256").update(String(n)).digest().subarray(0, 24).toString("base64url");
const lines: StateLine[] = [
  { t: "owner", id: OWNER, rev: 3, banned: false, credits: 7 },
  ...Array.from({ length: KEYS }, (_, n): StateLine => {
    const creds = [
      { d: digest(n), s: null },
      { d: digest(-n - 1), until: 9 },
    ];
    return { t: "key", id: idOf(n), rev: n + 1, owner: OWNER, name: `ключ ${n}`, p: ["read"], creds, exp: n, st: "active" };
  }),
];

let folder: string;
let troubles: string[];
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "latchkey-copy-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function replicaOf(given: readonly StateLine[]): Replica {
  const replica = new Replica(new Freshness(world, 2_000));
  if (given.length === 0) return replica;
  replica.begin({ epoch: EPOCH, history: "1:1", keys: KEYS, owners: 1 }, "salt1234");
  replica.addPage(given);
  replica.complete("10:12:10");
  return replica;
}

function copyOf(replica: Replica, files: Files = filesIn(path.join(folder, "own")), credential = CREDENTIAL): Copy {
  troubles = [];
  return new Copy(world, files, credential, replica, (reason) => troubles.push(reason));
}

const file = () => path.join(folder, "own", "keys");
const all = ({ table }: Replica) => [...table.linesFrom(0, table.length)];

test("what was written is read again, and fresh it is not", async () => {
  await copyOf(replicaOf(lines)).save();
  const replica = replicaOf([]);
  await copyOf(replica).load();
  expect(troubles).toStrictEqual([]);
  expect(all(replica)).toStrictEqual(all(replicaOf(lines)));
  expect(replica).toMatchObject({ epoch: EPOCH, history: "1:1", salt: "salt1234", cursorText: "10:12:10" });
  const freshness = new Freshness(world, 2_000);
  freshness.addSample(0, 0);
  expect(freshness.isFresh()).toBe(false);
});

test("it says nothing of what is in it, and opens with the credential alone", async () => {
  await copyOf(replicaOf(lines)).save();
  const bytes = readFileSync(file());
  for (const text of [digest(1), idOf(1), "salt1234", "ключ"]) expect(bytes.includes(text)).toBe(false);
  const replica = replicaOf([]);
  await copyOf(replica, undefined, "lks_of_another").load();
  expect([replica.table.keys, replica.cursor, troubles.length]).toStrictEqual([0, null, 1]);
});

test("of one that was changed, cut or put together nothing is taken", async () => {
  await copyOf(replicaOf(lines)).save();
  const good = readFileSync(file());
  const refused = async (bytes: Uint8Array, what: string) => {
    writeFileSync(file(), bytes);
    const replica = replicaOf([]);
    await copyOf(replica).load();
    expect([replica.table.keys, replica.cursor, troubles.length], what).toStrictEqual([0, null, 1]);
  };
  for (let place = 0; place < good.length; place += place < 80 ? 1 : 997) {
    const changed = Buffer.from(good);
    changed[place] = (changed[place] ?? 0) ^ 1;
    await refused(changed, `byte ${place}`);
  }
  for (const length of [0, 10, 60, Math.floor(good.length / 2), good.length - 1])
    await refused(good.subarray(0, length), `${length} bytes`);
  // Without the part in the middle.
  const first = 25 + 32;
  const firstEnd = first + 5 + good.readUInt32BE(first) + 16;
  const secondEnd = firstEnd + 5 + good.readUInt32BE(firstEnd) + 16;
  await refused(Buffer.concat([good.subarray(0, firstEnd), good.subarray(secondEnd)]), "a part less");
});

test("a full disk costs nothing but the copy, and the one before stays", async () => {
  await copyOf(replicaOf(lines)).save();
  const before = readFileSync(file());
  const own = filesIn(path.join(folder, "own"));
  const full: Files = {
    ...own,
    write: (name, parts) =>
      own.write(
        name,
        (async function* () {
          for await (const part of parts) {
            yield part;
            throw new Error("ENOSPC: no space left on device");
          }
        })(),
      ),
  };
  await copyOf(replicaOf(lines), full).save();
  expect(troubles).toStrictEqual(["The copy of keys could not be written: ENOSPC: no space left on device."]);
  expect(readFileSync(file())).toStrictEqual(before);
  await copyOf(replicaOf(lines), filesIn("/dev/null/nowhere")).save();
  await copyOf(replicaOf([]), filesIn("/dev/null/nowhere")).load();
  expect(troubles).toHaveLength(1);
});
