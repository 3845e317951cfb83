import { randomBytes, randomUUID } from "node:crypto";
import type { Credential } from "@latchkey/rule/credentials";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type CurrentUser, SYSTEM_ACTOR } from "../../lib/audit/actors";
import { createKey } from "../../lib/keys/create";
import { endGrace } from "../../lib/keys/end-grace";
import { regenerateKey } from "../../lib/keys/regenerate";
import { secretId } from "../../lib/verification/hash-secrets";
import { hashCredential } from "../../lib/verification/hashes";
import { hashesKept } from "../../lib/verification/rehash";
import { verifyKey, verifyKeys } from "../../lib/verification/verify";
import { importRows, ndjson } from "../support/imports";
import { whileLocked } from "../support/races";
import { ownDatabase, type ScratchDatabase } from "../support/scratch-database";

const [FORMER, CURRENT, NEXT] = [1, 2, 3].map(() => randomBytes(32).toString("hex")) as [string, string, string];
const NAMES = new Map([FORMER, CURRENT, NEXT].map((secret, place) => [secretId(secret), ["former", "current", "next"][place]]));

let database: ScratchDatabase;
let owner: CurrentUser;
let key: { id: number; uuid: string; key: Credential; secret: Credential };

beforeAll(async () => {
  database = await ownDatabase();
  Object.assign(process.env, { KEY_HASH_SECRET: CURRENT, KEY_HASH_SECRET_PREVIOUS: FORMER, KEY_HASH_SECRET_NEXT: NEXT });
  const id = randomUUID();
  await database.query("INSERT INTO users (id, email, name) VALUES ($1, 'owner@example.com', 'Owner')", [id]);
  owner = { id, email: "owner@example.com", sessionId: null, actor: { ...SYSTEM_ACTOR, kind: "user", userId: id } };
});
afterAll(() => database.drop());

beforeEach(async () => {
  key = await makeKey();
});

async function makeKey(under: string | null = FORMER): Promise<typeof key> {
  const input = { name: "Till 4", permissions: ["*"], expiresAt: null, format: "mf_live" as const };
  const { id, uuid, key: credential, secret } = await createKey(SYSTEM_ACTOR, owner.id, input);
  if (!secret) throw new Error("a key of this format has a secret");
  if (under) {
    const hashes = [credential, secret].map((text) => Buffer.from(hashCredential(text, under)));
    await database.query(
      `UPDATE api_keys SET credential_hash = $2, secret_hash = $3, credential_hashed_under = $4, secret_hashed_under = $4
       WHERE id = $1`,
      [id, ...hashes, secretId(under)],
    );
  }
  return { id, uuid, key: credential, secret };
}

/** Which secret made the hash of a credential of a key, and which one the row says did, wherever it stands. */
async function underOf(credential: Credential): Promise<[string, string | undefined, string | undefined][]> {
  const secrets = { former: FORMER, current: CURRENT, next: NEXT };
  const found: [string, string | undefined, string | undefined][] = [];
  for (const [name, secret] of Object.entries(secrets))
    for (const table of ["api_keys", "replaced_credentials"])
      for (const part of ["credential", "secret"]) {
        const rows = await database.query<{ under: string | null }>(
          `SELECT ${part}_hashed_under AS under FROM ${table} WHERE ${part}_hash = $1`,
          [Buffer.from(hashCredential(credential, secret))],
        );
        for (const { under } of rows) found.push([`${table} ${part}`, name, under === null ? "unknown" : NAMES.get(under)]);
      }
  return found;
}

const codeOf = async (credential: Credential, secret?: Credential) =>
  (await verifyKey({ key: credential, secret: secret ?? null, cost: 0 })).code;

describe("A key under the former secret", () => {
  test("is valid, and a little later under the current one; its secret when that was given", async () => {
    expect(await codeOf(key.key)).toBe("VALID");
    await hashesKept();
    expect(await underOf(key.key)).toStrictEqual([["api_keys credential", "current", "current"]]);
    expect(await underOf(key.secret)).toStrictEqual([["api_keys secret", "former", "former"]]);

    expect(await codeOf(key.key, key.key)).toBe("SECRET_MISMATCH");
    await hashesKept();
    expect(await underOf(key.secret)).toStrictEqual([["api_keys secret", "former", "former"]]);
    expect(await codeOf(key.key, key.secret)).toBe("VALID");
    await hashesKept();
    expect(await underOf(key.secret)).toStrictEqual([["api_keys secret", "current", "current"]]);
    expect(await codeOf(key.key, key.secret)).toBe("VALID");
  });

  test("is the same to an import that has its credential in clear as well", async () => {
    const [text, id] = [`mif_${randomBytes(32).toString("base64url")}` as Credential, randomUUID()];
    const clear = { type: "key", user_id: id, credential: text };
    const stored = {
      type: "key",
      user_id: id,
      latchkey_hash: Buffer.from(hashCredential(text, FORMER)).toString("hex"),
      latchkey_secret: secretId(FORMER),
      form: { prefix: "mif_", signs: "base64url", length: 43 },
    };
    const owner = { type: "user", id, email: "twice@example.com", email_verified: true };
    for (const rows of [
      [clear, stored],
      [stored, clear],
    ]) {
      const { refused } = await importRows(ndjson(owner, ...rows), { isDry: true });
      expect(refused).toMatchObject([{ line: 3, reason: "Another key has the same credential.", first: { line: 2 } }]);
    }
  });

  test("goes together with others that were asked about at once", async () => {
    const keys = [key, ...(await Promise.all([makeKey(), makeKey(), makeKey(null)]))];
    const verdicts = await verifyKeys(keys.map(({ key: credential, secret }) => ({ key: credential, secret, cost: 0 })));
    expect(verdicts.map(({ code }) => code)).toStrictEqual(Array(4).fill("VALID"));
    await hashesKept();
    for (const each of keys) {
      expect(await underOf(each.key)).toStrictEqual([["api_keys credential", "current", "current"]]);
      expect(await underOf(each.secret)).toStrictEqual([["api_keys secret", "current", "current"]]);
    }
  });

  test("that was regenerated with a grace goes from where its replaced pair stands", async () => {
    const renewed = await regenerateKey(owner, key.uuid, { graceSeconds: 600 });
    expect(await codeOf(key.key, key.secret)).toBe("VALID");
    await hashesKept();
    expect(await underOf(key.key)).toStrictEqual([["replaced_credentials credential", "current", "current"]]);
    expect(await underOf(key.secret)).toStrictEqual([["replaced_credentials secret", "current", "current"]]);
    expect(await underOf(renewed.key)).toStrictEqual([["api_keys credential", "current", "current"]]);
    expect([await codeOf(key.key), await codeOf(renewed.key)]).toStrictEqual(["VALID", "VALID"]);
  });

  test("that is replaced without a grace, or whose grace is ended, is dead by the database's clock, not the server's", async () => {
    const other = await makeKey(null);
    await regenerateKey(owner, other.uuid, { graceSeconds: 3600 });
    // By this server's clock the end would lie an hour ahead.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_000 });
    try {
      await regenerateKey(owner, key.uuid, { graceSeconds: 0 });
      await endGrace(owner, other.uuid);
    } finally {
      vi.useRealTimers();
    }
    expect([await codeOf(key.key), await codeOf(other.key)]).toStrictEqual(["NOT_FOUND", "NOT_FOUND"]);
  });

  test("that is regenerated before its turn has the new credential, and the old one goes the next time", async () => {
    expect(await codeOf(key.key)).toBe("VALID");
    const renewed = await regenerateKey(owner, key.uuid, { graceSeconds: 600 });
    await hashesKept();
    expect(await underOf(renewed.key)).toStrictEqual([["api_keys credential", "current", "current"]]);
    expect(await underOf(key.key)).toStrictEqual([["replaced_credentials credential", "former", "former"]]);
    expect([await codeOf(key.key), await codeOf(renewed.key)]).toStrictEqual(["VALID", "VALID"]);
    await hashesKept();
    expect(await underOf(key.key)).toStrictEqual([["replaced_credentials credential", "current", "current"]]);
  });

  test("that is moved while its owner regenerates it keeps its grace", async () => {
    const values = [key.id, Buffer.from(hashCredential(key.key, CURRENT)), secretId(CURRENT)];
    const move = { text: "UPDATE api_keys SET credential_hash = $2, credential_hashed_under = $3 WHERE id = $1", values };
    const renewed = await whileLocked(move, 1, () => regenerateKey(owner, key.uuid, { graceSeconds: 600 }), database.url);
    expect(renewed.previousExpiresAt).not.toBeNull();
    expect([await codeOf(key.key), await codeOf(renewed.key)]).toStrictEqual(["VALID", "VALID"]);
  });

  test("that was replaced is left alone while somebody holds its key, and nobody waits for that", async () => {
    const other = await makeKey();
    for (const { uuid } of [key, other]) await regenerateKey(owner, uuid, { graceSeconds: 600 });
    const holder = new pg.Client({ connectionString: database.url });
    await holder.connect();
    try {
      await holder.query("BEGIN");
      await holder.query("SELECT 1 FROM api_keys WHERE id = $1 FOR NO KEY UPDATE", [key.id]);
      expect([await codeOf(key.key), await codeOf(other.key)]).toStrictEqual(["VALID", "VALID"]);
      await hashesKept();
    } finally {
      await holder.end();
    }
    expect(await underOf(other.key)).toStrictEqual([["replaced_credentials credential", "current", "current"]]);
    expect(await underOf(key.key)).toStrictEqual([["replaced_credentials credential", "former", "former"]]);
  });

  test("whose row somebody holds is left alone, and nobody waits for it", async () => {
    const other = await makeKey();
    const holder = new pg.Client({ connectionString: database.url });
    await holder.connect();
    await holder.query("BEGIN");
    await holder.query("SELECT 1 FROM api_keys WHERE id = $1 FOR KEY SHARE", [key.id]);
    expect([await codeOf(key.key), await codeOf(other.key)]).toStrictEqual(["VALID", "VALID"]);
    await hashesKept();
    expect(await underOf(other.key)).toStrictEqual([["api_keys credential", "current", "current"]]);
    expect(await underOf(key.key)).toStrictEqual([["api_keys credential", "former", "former"]]);
    await holder.query("COMMIT");
    await holder.end();
    expect(await codeOf(key.key)).toBe("VALID");
    await hashesKept();
    expect(await underOf(key.key)).toStrictEqual([["api_keys credential", "current", "current"]]);
  });
});

test("A key that goes from one secret to the other all the time is found every time", async () => {
  const hashes = [CURRENT, FORMER].map((secret) => Buffer.from(hashCredential(key.key, secret)));
  let isMoving = true;
  const moving = (async () => {
    for (let time = 0; time < 400; time += 1)
      await database.query("UPDATE api_keys SET credential_hash = $2 WHERE id = $1", [key.id, hashes[time % 2]]);
    isMoving = false;
  })();
  const codes = new Map<string, number>();
  while (isMoving) {
    const code = await codeOf(key.key);
    codes.set(code, (codes.get(code) ?? 0) + 1);
  }
  await moving;
  expect([...codes.keys()]).toStrictEqual(["VALID"]);
});

test("A key of which nobody noted the secret has it noted when it is seen", async () => {
  key = await makeKey(null);
  await database.query("UPDATE api_keys SET credential_hashed_under = NULL, secret_hashed_under = NULL WHERE id = $1", [key.id]);
  expect(await codeOf(key.key, key.secret)).toBe("VALID");
  await hashesKept();
  expect(await underOf(key.key)).toStrictEqual([["api_keys credential", "current", "current"]]);
  expect(await underOf(key.secret)).toStrictEqual([["api_keys secret", "current", "current"]]);
});

test("A key that is under the next secret already is valid, and is not moved back", async () => {
  const [next, other] = [await makeKey(NEXT), await makeKey()];
  expect([await codeOf(next.key, next.secret), await codeOf(other.key)]).toStrictEqual(["VALID", "VALID"]);
  await hashesKept();
  expect(await underOf(other.key)).toStrictEqual([["api_keys credential", "current", "current"]]);
  expect(await underOf(next.key)).toStrictEqual([["api_keys credential", "next", "next"]]);
  expect(await underOf(next.secret)).toStrictEqual([["api_keys secret", "next", "next"]]);
});
