import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { adminCall, call, newKey, query } from "../support/client";
import { open } from "../support/doors";
import { newUser, signInByCookie, type TestUser } from "../support/people";

const send = (user: TestUser, path: string, body: unknown = {}, method = "POST") =>
  call(`/api/auth/${path}`, { method, token: user.access, body });

/** So many keys, as the default bound is 1,000. */
const fill = (user: TestUser, count: number) =>
  query(
    `INSERT INTO api_keys (uuid, user_id, name, format, hint, credential_hash, permissions)
     SELECT gen_random_uuid(), $1::text::uuid, 'Filled', 'mf_live', 'abcdef', sha256(($1::text || n)::bytea), '["read"]'
     FROM generate_series(1, $2::int) n`,
    [user.id, count],
  );
const usableOf = async (user: TestUser) =>
  Number(
    (
      await query<{ n: string }>(
        `SELECT count(*) AS n FROM api_keys WHERE user_id = $1 AND revoked_at IS NULL AND disabled_at IS NULL AND deleted_at IS NULL
         AND (expires_at IS NULL OR expires_at > now())`,
        [user.id],
      )
    )[0]?.n,
  );

describe("One person's usable keys", () => {
  test("are at most 1,000: of twenty made at once the last one that fits is made", async () => {
    const user = await newUser();
    await fill(user, 999);
    const paths = ["keys/create/", "api-key/generate/"];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => send(user, paths[index % 2] ?? "", { key_name: "One", name: "One" })),
    );
    expect(answers.map(({ status }) => status).sort()).toStrictEqual([201, ...Array(19).fill(409)]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body).toStrictEqual({
      success: false,
      error_code: "KEY_LIMIT_REACHED",
      message: "There are 1,000 usable keys, and no more are allowed. Revoke or disable one first.",
    });
    expect(await usableOf(user)).toBe(1000);
    const page = async () => (await open("/keys", { user, cookie: await signInByCookie(user) })).text();
    const full = await page();
    expect([full.includes("There are 1,000 usable keys"), full.includes("Create key<")]).toStrictEqual([true, false]);
    await query("UPDATE api_keys SET disabled_at = now() WHERE user_id = $1 AND name = 'One'", [user.id]);
    const free = await page();
    expect([free.includes("usable keys"), free.includes("Create key<")]).toStrictEqual([false, true]);
  });

  test("do not become more by enabling or by a new end; what is not usable takes no place", async () => {
    const user = await newUser();
    const [disabled, expired, spare] = [await newKey(user), await newKey(user, { expires_at: "2025-01-01" }), await newKey(user)];
    const both = await newKey(user, { expires_at: new Date(Date.now() + 60_000).toISOString() });
    for (const { id } of [disabled, both]) await send(user, `keys/${id}/disable/`);
    await query("UPDATE api_keys SET expires_at = now() WHERE uuid = $1", [both.id]);
    await fill(user, 999);
    const later = { expires_at: "2099-01-01" };
    const attempts = () =>
      Promise.all([
        send(user, `keys/${disabled.id}/enable/`),
        send(user, `keys/${expired.id}/regenerate/`, later),
        send(user, "keys/create/", { key_name: "One" }),
      ]);
    expect((await attempts()).map(({ body }) => body.error_code)).toStrictEqual(Array(3).fill("KEY_LIMIT_REACHED"));
    // Neither makes one usable.
    expect((await send(user, `keys/${both.id}/enable/`)).status).toBe(200);
    expect((await send(user, `keys/${spare.id}/regenerate/`, later)).status).toBe(200);
    await send(user, `keys/${spare.id}/revoke/`);
    expect((await attempts()).map(({ status }) => status).sort()).toStrictEqual([expect.any(Number), 409, 409]);
    expect(await usableOf(user)).toBe(1000);
  });

  test("do not bind staff, and a repeat by its Idempotency-Key is told what it did", async () => {
    const user = await newUser();
    await fill(user, 999);
    const headers = { "Idempotency-Key": randomUUID() };
    const make = () => call("/api/auth/keys/create/", { token: user.access, body: { key_name: "One" }, headers });
    expect([(await make()).status, (await make()).body.error_code]).toStrictEqual([201, "IDEMPOTENCY_KEY_USED"]);
    expect((await adminCall("/api/api-keys", { body: { userId: user.id } })).status).toBe(201);
    expect(await usableOf(user)).toBe(1001);
  });
});

describe("Changes of one person in a minute", () => {
  test("are at most 300, over every door; what ends a key is never refused", async () => {
    const user = await newUser();
    const keys = [await newKey(user), await newKey(user), await newKey(user)];
    await query("UPDATE rate_limits SET points = 300 WHERE key = $1", [`write:${user.id}`]);
    const [id] = keys.map((key) => key.id);
    const changes: [string, string, unknown?][] = [
      ["POST", "keys/create/", { key_name: "One" }],
      ["POST", "api-key/generate/", {}],
      ["PATCH", `keys/${id}/`, { note: "A note" }],
      ["POST", `keys/${id}/regenerate/`],
      ["POST", `keys/${id}/disable/`],
      ["POST", `keys/${id}/enable/`],
      ...["profile/", "settings/profile/"].flatMap((path): [string, string, unknown][] => [
        ["PUT", path, { first_name: "Asha", last_name: "Juma" }],
        ["PATCH", path, { first_name: "Asha" }],
      ]),
    ];
    const refused = await Promise.all(changes.map(([method, path, body]) => send(user, path, body, method)));
    expect(refused.map(({ status }) => status)).toStrictEqual(changes.map(() => 429));
    expect(refused[0]?.body).toMatchObject({
      error_code: "TOO_MANY_REQUESTS",
      message: expect.stringMatching(/^Too many changes/),
    });
    for (const { headers } of refused) expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    const ended = [
      await send(user, `keys/${keys[0]?.id}/revoke/`),
      await send(user, "api-key/revoke/", { key_id: keys[1]?.id }),
      await call("/api/keys/self/revoke", { method: "POST", token: keys[2]?.api_key }),
    ];
    expect(ended.map(({ status }) => status)).toStrictEqual([200, 200, 200]);
    expect((await call("/api/auth/settings/", { token: user.access })).status).toBe(200);
    expect((await send(await newUser(), "keys/create/", { key_name: "Another's" })).status).toBe(201);
  });

  test("by whoever holds a key count as its owner's", async () => {
    const user = await newUser();
    const key = await newKey(user);
    await send(user, `keys/${key.id}/`, { self_rotation: true }, "PATCH");
    await query("UPDATE rate_limits SET points = 300 WHERE key = $1", [`write:${user.id}`]);
    expect((await call("/api/keys/self/regenerate", { method: "POST", token: key.api_key })).status).toBe(429);
  });
});

test("What changes nothing is not recorded, and leaves the row as it is", async () => {
  const user = await newUser();
  const key = await newKey(user);
  const names = { first_name: "Asha", last_name: "Juma" };
  const requests: [string, string, unknown][] = [
    ["PUT", "profile/", names],
    ["PATCH", "profile/", {}],
    ["PATCH", "profile/", { phone_number: "" }],
    ["PUT", "settings/profile/", { ...names, timezone: "UTC" }],
    ["PATCH", "settings/profile/", { last_name: "Juma" }],
    ["PATCH", `keys/${key.id}/`, { key_name: "Test API Key", note: "" }],
    ["POST", `keys/${key.id}/disable/`, {}],
    ["POST", `keys/${key.id}/revoke/`, {}],
  ];
  const state = async () =>
    query(
      `SELECT (SELECT count(*)::int FROM audit_entries WHERE actor_id = $1) AS entries, u.xmin::text, k.xmin::text AS key_xmin
       FROM users u JOIN api_keys k ON k.user_id = u.id WHERE u.id = $1`,
      [user.id],
    );
  for (const [method, path, body] of requests) {
    await send(user, path, body, method);
    const before = await state();
    expect((await send(user, path, body, method)).status, path).toBe(200);
    expect(await state(), `${method} ${path}`).toStrictEqual(before);
  }
});
