import { createHash, createHmac, randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signUsage } from "../../lib/usage/signature";
import { secretId } from "../../lib/verification/hash-secrets";
import { type CredentialForm, formOf } from "../../packages/rule/forms";
import { freePort } from "../../scripts/ports";
import { call, sha256 } from "../support/client";
import { cookieOf } from "../support/cookies";
import { registerOverHttp, type TestUser } from "../support/people";
import { sendPlainForm } from "../support/plain-form";
import { type ScratchDatabase, scratchDatabase } from "../support/scratch-database";
import { deploymentSettings, startServer, type TestServer, until } from "../support/server";

// Keys that another product made, in a database of their own: their forms change what every text is masked by.

const base64url = (bytes: number) => randomBytes(bytes).toString("base64url");
const MADE = {
  mifumo: { key: `mif_${base64url(32)}`, secret: `S${base64url(32).slice(1)}` },
  datazag: { key: `datazag_${randomBytes(16).toString("hex")}`, secret: null },
  bare: { key: randomBytes(20).toString("hex"), secret: null },
} as const;
const FORMS: CredentialForm[] = [
  { prefix: "mif_", signs: "base64url", length: 43 },
  { prefix: "", signs: "base64url", length: 43 },
  { prefix: "datazag_", signs: "hex", length: 32 },
  { prefix: "", signs: "hex", length: 40 },
];
const GUESSABLE = ">Can be guessed: regenerate it<";
type Made = keyof typeof MADE;

let database: ScratchDatabase;
let settings: Record<string, string>;
let first: TestServer;
let other: TestServer;
let user: TestUser;
const ids = {} as Record<Made, string>;

beforeAll(async () => {
  database = await scratchDatabase();
  const port = await freePort();
  settings = { ...deploymentSettings(database.url), APP_URL: `http://localhost:${port}` };
  [first, other] = await Promise.all([startServer({ ...settings, PORT: String(port) }), startServer(settings)]);
  user = await registerOverHttp(first.url);
});
afterAll(async () => {
  await Promise.all([first.stop("SIGKILL"), other.stop("SIGKILL")]);
  await database.drop();
});

const hashOf = (credential: string) =>
  createHmac("sha256", settings.KEY_HASH_SECRET ?? "")
    .update(createHash("sha256").update(credential).digest())
    .digest();
const hintOf = (made: Made) => formOf(MADE[made].key, FORMS)?.hint ?? "";

/** As an import writes them: the forms, and then the keys. */
async function moveIn(): Promise<void> {
  for (const { prefix, signs, length } of FORMS)
    await database.query("INSERT INTO credential_forms (prefix, signs, length) VALUES ($1, $2, $3)", [prefix, signs, length]);
  for (const made of Object.keys(MADE) as Made[]) {
    const { key, secret } = MADE[made];
    ids[made] = randomUUID();
    await database.query(
      `INSERT INTO api_keys (uuid, user_id, name, format, hint, credential_hash, secret_hash, credential_hashed_under,
         secret_hashed_under, permissions, weak, source, former_id)
       VALUES ($1, $2, $3, 'foreign', $4, $5, $6, $7, $7, '["read","write"]', $8, 'elsewhere', $3)`,
      [
        ids[made],
        user.id,
        made,
        hintOf(made),
        hashOf(key),
        secret && hashOf(secret),
        secretId(settings.KEY_HASH_SECRET ?? ""),
        made === "bare",
      ],
    );
  }
}

const verifyOn = async (server: TestServer, body: object) =>
  (await call("/api/keys/verify", { token: settings.SERVICE_API_SECRET ?? "", body }, server.url)).body;
const onFirst = (path: string, options = {}) => call(path, { token: user.access, ...options }, first.url);
const signIn = async () => cookieOf(await sendPlainForm(`${first.url}/sign-in`, { email: user.email, password: user.password }));
const page = async (path: string, cookie: string) => {
  const answer = await fetch(first.url + path, { headers: { cookie } });
  return { status: answer.status, html: await answer.text() };
};
const codeOn = async (server: TestServer, key: string) => (await verifyOn(server, { key, cost: 0 })).code;

describe("Keys that another product made", () => {
  test("are malformed until their form is registered, and from then on each server lets them in, without a restart", async () => {
    for (const { key } of Object.values(MADE)) expect(await codeOn(first, key)).toBe("NOT_FOUND");
    expect((await verifyOn(first, { key: MADE.mifumo.key })).reason).toBe(
      "The credential is malformed: it does not begin with mf_live_ or datazag_.",
    );
    await moveIn();
    for (const server of [first, other]) {
      await until(async () => (await codeOn(server, MADE.mifumo.key)) === "VALID", "the form is known");
      for (const { key } of Object.values(MADE)) expect(await codeOn(server, key)).toBe("VALID");
    }
    expect((await verifyOn(first, { key: "sk_live_0123" })).reason).toBe(
      "The credential is malformed: it does not begin with mf_live_, datazag_, mif_ or what another form has.",
    );
    expect((await verifyOn(first, { key: MADE.mifumo.key.slice(0, -1) })).reason).toBe(
      "The credential is malformed: it is cut short.",
    );
  });

  test("are verified with their secret, several at once, and speak for themselves", async () => {
    const { key, secret } = MADE.mifumo;
    const wrong = `S${base64url(32).slice(1)}`;
    expect(await verifyOn(first, { key, secret })).toMatchObject({ valid: true, code: "VALID", key_id: ids.mifumo });
    const { results } = await verifyOn(first, {
      keys: [{ key, secret }, { key, secret: wrong }, MADE.datazag.key, MADE.bare.key, `${MADE.bare.key.slice(1)}0`],
    });
    expect(results.map(({ code }: { code: string }) => code)).toStrictEqual([
      "VALID",
      "SECRET_MISMATCH",
      "VALID",
      "VALID",
      "NOT_FOUND",
    ]);
    for (const made of Object.keys(MADE) as Made[])
      expect((await call("/api/keys/self", { token: MADE[made].key }, first.url)).body).toMatchObject({
        valid: true,
        key_id: ids[made],
      });
  });

  test("are charged for by the reports of their calls", async () => {
    const events = Object.values(MADE).map(({ key: apiKey }) => ({
      id: randomUUID(),
      apiKey,
      delta: 2,
      endpoint: `/v1?key=${apiKey}`,
    }));
    const raw = JSON.stringify({ events });
    const secret = settings.USAGE_WEBHOOK_SECRET ?? "";
    const signature = signUsage(raw, secret);
    const answer = await call("/usage", { raw, headers: { "x-signature": signature } }, first.url);
    expect(answer.body).toStrictEqual({ ok: true, accepted: 3, duplicates: 0, rejected: [] });
    const stored = await database.query<{ endpoint: string }>("SELECT endpoint FROM usage_events ORDER BY key_id");
    expect(stored.map(({ endpoint }) => endpoint)).toStrictEqual(
      (Object.keys(MADE) as Made[]).map((made) => `/v1?key=${hintOf(made)}...`),
    );
  });

  test("are shown cut to their hint wherever ours are, and are found by it and by pasting", async () => {
    const listed = (await onFirst("/api/auth/settings/")).body.data.api_keys as { id: string; api_key: string }[];
    for (const made of Object.keys(MADE) as Made[])
      expect(listed.find(({ id }) => id === ids[made])?.api_key).toBe(`${hintOf(made)}...`);
    const all = await call("/api/api-keys", { headers: { "X-Admin-Secret": settings.ADMIN_API_SECRET ?? "" } }, first.url);
    expect(all.text).toContain(`${hintOf("mifumo")}...`);
    const cookie = await signIn();
    const found = async (query: string, made: Made) => {
      const { status, html } = await page(`/keys?${query}`, cookie);
      expect(status).toBe(200);
      const rows = (Object.keys(MADE) as Made[]).filter((each) => html.includes(`/keys/${ids[each]}`));
      expect([query, rows]).toStrictEqual([query, [made]]);
    };
    for (const made of Object.keys(MADE) as Made[]) {
      await found(`digest=${sha256(MADE[made].key)}`, made);
      await found(`q=${hintOf(made)}...`, made);
    }
    await found(`digest=${sha256(MADE.mifumo.secret)}`, "mifumo");
    expect((await page("/keys", cookie)).html.split(GUESSABLE)).toHaveLength(2);
    await database.query("UPDATE users SET role = 'admin' WHERE id = $1", [user.id]);
    for (const made of Object.keys(MADE) as Made[]) {
      for (const query of [`digest=${sha256(MADE[made].key)}`, `q=${hintOf(made)}`, `q=${hintOf(made)}&format=foreign`])
        expect((await page(`/admin/keys?${query}`, cookie)).html).toContain(`/admin/keys/${ids[made]}`);
    }
    const { html } = await page("/admin/keys?format=foreign", cookie);
    expect(html).toContain("Other format");
    expect(html).toContain(GUESSABLE);
  });

  test("are refused in addresses, and stand in no log, name or note", async () => {
    for (const { key } of Object.values(MADE)) {
      const refused = await call(`/api/keys/self?key=${encodeURIComponent(key)}`, { token: key }, first.url);
      expect([refused.status, refused.body.code]).toStrictEqual([400, "CREDENTIAL_IN_ADDRESS"]);
      await onFirst(`/api/auth/keys/${key}/`, { method: "PATCH", body: { key_name: "x" } });
      await call(`/api/${Buffer.from(`key:${key}`).toString("base64url")}`, {}, first.url);
    }
    const named = await onFirst("/api/auth/keys/create/", { body: { key_name: `As ${MADE.mifumo.key}`, note: MADE.bare.key } });
    expect(named.body.data.key_name).toBe(`As ${hintOf("mifumo")}...`);
    const [row] = await database.query("SELECT note FROM api_keys WHERE uuid = $1", [named.body.data.id]);
    expect(row).toStrictEqual({ note: `${hintOf("bare")}...` });
    for (const { key } of Object.values(MADE)) {
      expect(first.output()).not.toContain(key.slice(14));
      expect(first.output()).not.toContain(Buffer.from(`key:${key}`).toString("base64url").slice(30));
    }
  });

  test("become ours when they are regenerated, and what they had works until its grace ends", async () => {
    await database.query("UPDATE api_keys SET self_rotation = true WHERE uuid = $1", [ids.datazag]);
    const grace = { body: { grace_seconds: 600 } };
    const answers = [
      await onFirst(`/api/auth/keys/${ids.mifumo}/regenerate/`, grace),
      await onFirst(`/api/auth/keys/${ids.bare}/regenerate/`, grace),
      await call("/api/keys/self/regenerate", { token: MADE.datazag.key, ...grace }, first.url),
    ];
    for (const [index, made] of (["mifumo", "bare", "datazag"] as const).entries()) {
      const { status, text } = answers[index] ?? { status: 0, text: "" };
      expect(status).toBe(200);
      const [key = "", secret] = text.match(/mf_live_\w{38}/g) ?? [];
      expect(await verifyOn(other, { key, secret })).toMatchObject({ code: "VALID", key_id: ids[made] });
      expect(await verifyOn(other, { key: MADE[made].key, secret: MADE[made].secret ?? undefined })).toMatchObject({
        code: "VALID",
        key_id: ids[made],
      });
    }
    expect((await verifyOn(first, { key: MADE.mifumo.key, secret: base64url(32) })).code).toBe("SECRET_MISMATCH");
    const cookie = await signIn();
    const { html } = await page(`/keys/${ids.mifumo}`, cookie);
    expect(html).toContain(`${hintOf("mifumo")}...`);
    expect((await page("/keys", cookie)).html).not.toContain(GUESSABLE);
    expect((await page(`/admin/keys?digest=${sha256(MADE.mifumo.secret)}`, cookie)).html).toContain(
      "secret of this key that was replaced",
    );
    const [left] = await database.query<{ foreign: string }>(
      "SELECT count(*)::text AS foreign FROM api_keys WHERE format = 'foreign'",
    );
    expect(left?.foreign).toBe("0");
  });
});
