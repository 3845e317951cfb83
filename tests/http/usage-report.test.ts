import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { signUsage, signUsageAt } from "../../lib/usage/signature";
import { DAY_MS } from "../../lib/values/days";
import { adminCall, call, newKey, query, shared, type TestKey } from "../support/client";
import { open } from "../support/doors";
import { newUser, signInByCookie, type TestUser } from "../support/people";
import { ledgerOf, replayableOf, report, usageOf } from "../support/usage";

describe("POST /usage answers", () => {
  test.each(["/usage", "/usage/", "/api/usage", "/api/usage/"])(
    "%s counts a call once, however often it is repeated",
    async (path) => {
      const user = await newUser();
      const key = await newKey(user);
      const id = randomUUID();
      for (let attempt = 0; attempt < 3; attempt += 1) {
        const answer = await report({ apiKey: key.api_key, delta: 5, endpoint: "/v1/sms" }, { id, path });
        expect([answer.status, answer.body]).toStrictEqual([200, { ok: true }]);
      }
      const usage = await usageOf(user);
      expect([usage.calls, usage.credits]).toStrictEqual([1, 995]);
      expect(usage.daily.at(-1)).toStrictEqual({ date: new Date().toISOString().slice(0, 10), calls: 1, credits: 5 });
      expect(await ledgerOf(user)).toBe(995);
    },
  );

  test("total_uses and last_used of the key, at the instant that the report names", async () => {
    const user = await newUser();
    const key = await newKey(user);
    const late = Date.now() - 2 * DAY_MS;
    await report({ apiKey: key.api_key, delta: 1, ts: late });
    await report({ apiKey: key.api_key, delta: 1, ts: late - 1000 });
    const { body } = await call("/api/auth/settings/", { token: user.access });
    expect(body.data.api_keys[0]).toMatchObject({ total_uses: 2, last_used: new Date(late).toISOString() });
    const day = new Date(late).toISOString().slice(0, 10);
    const { daily } = await usageOf(user);
    expect(daily.find((entry: { date: string }) => entry.date === day)).toStrictEqual({ date: day, calls: 2, credits: 2 });
  });

  test("last_used of now, where the reporter's clock is ahead", async () => {
    const user = await newUser();
    const key = await newKey(user);
    await report({ apiKey: key.api_key, delta: 1, ts: Date.now() + 4 * 60_000 });
    const { body } = await call("/api/auth/settings/", { token: user.access });
    const [row] = await query<{ now: Date }>("SELECT now() AS now");
    expect(new Date(body.data.api_keys[0].last_used).getTime()).toBeLessThanOrEqual(row?.now.getTime() ?? 0);
  });

  test("the balance below zero: the calls were served", async () => {
    const user = await newUser();
    const key = await newKey(user);
    await report({ apiKey: key.api_key, delta: 1500 });
    expect((await usageOf(user)).credits).toBe(-500);
  });

  test("a call that costs nothing is a call", async () => {
    const user = await newUser();
    const key = await newKey(user);
    expect((await report({ apiKey: key.api_key, delta: 0 })).status).toBe(200);
    const usage = await usageOf(user);
    expect([usage.calls, usage.credits]).toStrictEqual([1, 1000]);
  });

  test("late reports for a regenerated, a revoked and a deleted key", async () => {
    const user = await newUser();
    const key = await newKey(user);
    const regenerated = await call(`/api/auth/keys/${key.id}/regenerate/`, { method: "POST", token: user.access });
    expect((await report({ apiKey: key.api_key, delta: 1 })).status).toBe(200);
    await call(`/api/auth/keys/${key.id}/revoke/`, { method: "POST", token: user.access });
    expect((await report({ apiKey: regenerated.body.data.api_key, delta: 1 })).status).toBe(200);
    const listed = await adminCall(`/api/api-keys?userId=${user.id}`);
    await adminCall(`/api/api-keys/${listed.body.keys[0].id}`, { method: "DELETE" });
    expect((await report({ apiKey: regenerated.body.data.api_key, delta: 1 })).status).toBe(200);
    const usage = await usageOf(user);
    expect([usage.calls, usage.credits]).toStrictEqual([3, 997]);
  });

  test("the same id for two keys counts for each", async () => {
    const user = await newUser();
    const [first, second] = [await newKey(user), await newKey(user)];
    const id = randomUUID();
    await report({ apiKey: first.api_key, delta: 1 }, { id });
    await report({ apiKey: second.api_key, delta: 1 }, { id });
    expect((await usageOf(user)).calls).toBe(2);
  });
});

describe("POST /usage refuses bad input", () => {
  const refusals: [string, (key: string) => { body: unknown; id?: string | null; raw?: string }, number, string][] = [
    ["no key", () => ({ body: { delta: 1 } }), 400, "Missing fields"],
    ["an empty key", () => ({ body: { apiKey: "", delta: 1 } }), 400, "Missing fields"],
    ["no delta", (apiKey) => ({ body: { apiKey } }), 400, "Missing fields"],
    ["no id", (apiKey) => ({ body: { apiKey, delta: 1 }, id: null }), 400, "Missing fields"],
    ["a negative delta", (apiKey) => ({ body: { apiKey, delta: -1 } }), 400, "delta must not be negative"],
    ["a fractional delta", (apiKey) => ({ body: { apiKey, delta: 0.5 } }), 400, "delta must be a whole number"],
    ["an absurd delta", (apiKey) => ({ body: { apiKey, delta: 1e12 } }), 400, "delta must be at most 1000000"],
    ["a delta in words", (apiKey) => ({ body: { apiKey, delta: "5" } }), 400, "delta is not valid"],
    ["a key that is a number", () => ({ body: { apiKey: 5, delta: 1 } }), 400, "apiKey is not valid"],
    [
      "an old ts",
      (apiKey) => ({ body: { apiKey, delta: 1, ts: Date.now() - 36 * DAY_MS } }),
      400,
      "ts must not be more than 35 days old",
    ],
    [
      "a ts ahead",
      (apiKey) => ({ body: { apiKey, delta: 1, ts: Date.now() + 10 * 60_000 } }),
      400,
      "ts must not be more than 5 minutes ahead",
    ],
    [
      "an id of 10 kB",
      (apiKey) => ({ body: { apiKey, delta: 1 }, id: "x".repeat(10_000) }),
      400,
      "id must have at most 255 characters",
    ],
    ["a number beyond all", () => ({ body: {}, raw: '{"apiKey":"k","delta":1e400}' }), 400, "delta is not valid"],
    [
      "a ts beyond all",
      () => ({ body: {}, raw: '{"apiKey":"k","delta":1,"ts":1e400}' }),
      400,
      "ts must be a number of milliseconds since 1970",
    ],
    ["half a surrogate pair as a key", () => ({ body: { apiKey: "\ud800", delta: 1 } }), 404, "Unknown API key"],
    ["an unknown key", () => ({ body: { apiKey: `datazag_${"0".repeat(64)}`, delta: 1 } }), 404, "Unknown API key"],
    ["a malformed key", () => ({ body: { apiKey: "nonsense", delta: 1 } }), 404, "Unknown API key"],
  ];
  test.each(refusals)("%s", async (_, make, status, error) => {
    const user = await newUser();
    const key = await newKey(user);
    const { body, ...options } = make(key.api_key);
    const answer = await report(body, options);
    expect([answer.status, answer.body]).toStrictEqual([status, { error, ...(status === 413 && { max_bytes: 65_536 }) }]);
    expect((await usageOf(user)).calls).toBe(0);
  });

  test("a batch that is too large or compressed, at either address", async () => {
    for (const path of ["/usage", "/api/usage"]) {
      const large = await report(undefined, { raw: " ".repeat(1024 * 1024 + 1), path });
      expect([large.status, large.body]).toStrictEqual([413, { error: "The request body is too large", max_bytes: 1_048_576 }]);
      const compressed = await report({}, { path, headers: { "Content-Encoding": "gzip" } });
      const error = "Send the request body as it is, without Content-Encoding";
      expect([compressed.status, compressed.body]).toStrictEqual([415, { error }]);
    }
  });

  test.each(["{", "[]", "null", '"text"', "\u00ff"])("JSON that is not an object: %s", async (raw) => {
    const answer = await report(undefined, { raw });
    expect([answer.status, answer.body]).toStrictEqual([400, { error: "Invalid JSON" }]);
  });

  test("a body that is too large, with how large it may be", async () => {
    const { api_key: apiKey } = await newKey(await newUser());
    const single = await report({ apiKey, delta: 1, meta: "x".repeat(64 * 1024) });
    expect([single.status, single.body]).toStrictEqual([413, { error: "The request body is too large", max_bytes: 65_536 }]);
    const batch = await report({ events: [{ id: "1", apiKey, delta: 1, meta: "x".repeat(1024 * 1024) }] }, { id: null });
    expect([batch.status, batch.body]).toStrictEqual([413, { error: "The request body is too large", max_bytes: 1_048_576 }]);
  });
});

/** Whatever is kept of this owner's calls, as text. */
async function keptOf(user: TestUser) {
  return query<{ endpoint: string | null; request_id: string | null; meta: string | null; row: string }>(
    "SELECT endpoint, request_id, meta::text, e::text AS row FROM usage_events e WHERE user_id = $1 ORDER BY event_id",
    [user.id],
  );
}

describe("POST /usage keeps no credential", () => {
  const hex = (text: string) => [...text].map((sign) => `%${sign.charCodeAt(0).toString(16)}`).join("");

  test("whatever form it has and wherever it stands, its id included", async () => {
    const user = await newUser();
    const key = await newKey(user);
    for (const k of [key.api_key, key.secret_key]) {
      const forms = [
        `?auth=Bearer%20${k}`,
        `?redirect=%2Fx%3Fkey%3D${k}`,
        `/v1/key_${k}`,
        `/v1/${k}/x`,
        k + k,
        hex(k),
        hex(k).replaceAll("%", "%2525"),
        ...["", "a", "ab"].map((before) => Buffer.from(before + k).toString("base64url")),
      ];
      const events = forms.map((form, index) => ({
        id: `${index} ${form}`.slice(0, 255),
        apiKey: key.api_key,
        delta: 1,
        endpoint: form,
        requestId: form,
        meta: { log: `line1\n${form}`, [form]: [form], [`more of ${k}`]: 1 },
        [`field ${form}`]: true,
      }));
      const answer = await report({ events }, { id: null });
      expect(answer.body).toMatchObject({ accepted: forms.length, duplicates: 0 });
      const again = await report({ events }, { id: null });
      expect(again.body).toMatchObject({ accepted: 0, duplicates: forms.length });
      const single = await report({ apiKey: key.api_key, delta: 1, endpoint: `x${k}` }, { id: `call ${k}` });
      expect(single.body).toStrictEqual({ ok: true });
      const kept = [...(await keptOf(user)).map(({ row }) => row), answer.text].join("\n");
      const tail = k.slice(16);
      for (const form of [tail, hex(tail), hex(tail).replaceAll("%", "%2525")]) expect(kept).not.toContain(form);
      for (const before of [0, 1, 2])
        expect(kept).not.toContain(
          Buffer.from(k.slice(20 + before, 41 + before))
            .toString("base64url")
            .slice(0, 24),
        );
      expect(kept).toContain(`/v1/key_${k.slice(0, 14)}...`);
    }
  });
});

describe("POST /usage counts a call whatever ornaments it has", () => {
  const deep = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
  const ornaments: [string, string, string[], Record<string, unknown>][] = [
    ["an endpoint of 501 characters", `"endpoint":"${"a".repeat(501)}"`, ["endpoint"], { endpoint: "a".repeat(500) }],
    ["an endpoint of 500", `"endpoint":"${"a".repeat(500)}"`, [], { endpoint: "a".repeat(500) }],
    ["a pair of surrogates at the cut", `"endpoint":"${"a".repeat(499)}🔑"`, ["endpoint"], { endpoint: "a".repeat(499) }],
    ["a tab, a line break and a NUL character", '"endpoint":"/a\\tb\\n\\u0000c"', ["endpoint"], { endpoint: "/abc" }],
    ["half a surrogate pair", '"endpoint":"/\\ud800"', ["endpoint"], { endpoint: "/\ufffd" }],
    ["an endpoint that is a list", '"endpoint":["/a"]', ["endpoint"], { endpoint: null }],
    ["a request id that is a number", '"requestId":12', [], { request_id: "12" }],
    ["a request id beyond all numbers", '"requestId":1e400', ["requestId"], { request_id: null }],
    ["a request id of 256 characters", `"requestId":"${"r".repeat(256)}"`, ["requestId"], { request_id: "r".repeat(255) }],
    ["a request id that is an object", '"requestId":{}', ["requestId"], { request_id: null }],
    ["meta of 5,000 bytes", `"meta":{"text":"${"x".repeat(5000)}"}`, ["meta"], { meta: null }],
    ["meta of 4,096 bytes", `"meta":"${"x".repeat(4094)}"`, [], { meta: `"${"x".repeat(4094)}"` }],
    ["meta that is 32 deep", `"meta":${deep(32)}`, [], { meta: deep(32) }],
    ["meta that is 33 deep", `"meta":${deep(33)}`, ["meta"], { meta: null }],
    ["meta that is 5,000 deep", `"meta":${deep(5000)}`, ["meta"], { meta: null }],
    ["meta with what no text may hold", '"meta":{"a\\u0000":"\\udc00b"}', ["meta"], { meta: '{"a":"\ufffdb"}' }],
    ["nothing in any", '"endpoint":null,"requestId":null,"meta":null,"ts":null,"keyId":null', [], { endpoint: null, meta: null }],
    ["unknown fields", '"Endpoint":"/a","cost":5,"__proto__":{"delta":9}', ["Endpoint", "cost", "__proto__"], { endpoint: null }],
    ["a deep unknown field", `"tags":${deep(5000)}`, ["tags"], {}],
    [
      "more unknown fields than are named",
      Array.from({ length: 2000 }, (_, index) => `"f${index}":1`).join(),
      Array.from({ length: 10 }, (_, index) => `f${index}`),
      {},
    ],
  ];

  test.each(ornaments)("%s", async (_, fields, adjusted, kept) => {
    const user = await newUser();
    const key = await newKey(user);
    const event = `"apiKey":"${key.api_key}","delta":2,${fields}`;
    const said = (index: number) => (adjusted.length === 0 ? {} : { adjusted: adjusted.map((field) => ({ index, field })) });
    const batch = await report(undefined, {
      raw: `{"events":[{"id":"0","keyId":"${key.id}","delta":1},{"id":"1",${event}}]}`,
      id: null,
    });
    expect(batch.body).toStrictEqual({ ok: true, accepted: 2, duplicates: 0, rejected: [], ...said(1) });
    const single = await report(undefined, { raw: `{${event.replace(',"keyId":null', "")}}`, id: "2" });
    expect([single.status, single.body]).toStrictEqual([200, { ok: true, ...said(0) }]);
    const rows = await keptOf(user);
    expect([rows[1], rows[2]]).toMatchObject([kept, kept]);
    expect((await usageOf(user)).credits).toBe(995);
  });

  test.each<[string, (key: TestKey) => object, string[]]>([
    ["an empty id beside its credential", ({ api_key }) => ({ apiKey: api_key, keyId: "" }), []],
    ["an id of the sender's own beside it", ({ api_key }) => ({ apiKey: api_key, keyId: 123 }), ["keyId"]],
    ["a word for an id beside it", ({ api_key }) => ({ apiKey: api_key, keyId: "main" }), ["keyId"]],
    ["an empty credential beside its id", ({ id }) => ({ apiKey: "", keyId: id }), []],
  ])("in a batch, where its key has %s", async (_, namedBy, adjusted) => {
    const key = await newKey(await newUser());
    const answer = await report({ events: [{ id: "1", delta: 1, ...namedBy(key) }] }, { id: null });
    expect([answer.body.accepted, answer.body.rejected]).toStrictEqual([1, []]);
    expect(answer.body.adjusted ?? []).toStrictEqual(adjusted.map((field) => ({ index: 0, field })));
  });

  test("null events beside it: it is one report", async () => {
    const { api_key: apiKey } = await newKey(await newUser());
    const answer = await report({ apiKey, delta: 1, events: null });
    expect([answer.status, answer.body]).toStrictEqual([200, { ok: true }]);
    expect((await report({ events: null })).body).toStrictEqual({ error: "Missing fields" });
  });

  test("unless it names no key: neither of two empty names does, nor an id that is none", async () => {
    const named = [{ apiKey: "", keyId: "" }, { apiKey: "", keyId: "main" }, { keyId: 123 }, { apiKey: null }];
    const events = named.map((names, index) => ({ id: String(index), delta: 1, ...names }));
    const { body } = await report({ events }, { id: null });
    const errors = ["Missing fields", "keyId is not valid", "keyId is not valid", "Missing fields"];
    expect(body.rejected).toStrictEqual(errors.map((error, index) => ({ index, error })));
  });

  test("and names fields beside the events, but no event that was not counted", async () => {
    const key = await newKey(await newUser());
    const events = [
      null,
      "x",
      [],
      7,
      { id: "1", delta: 1, apiKey: "no key", color: "red" },
      { id: "1", delta: 1, keyId: key.id },
    ];
    const answer = await report({ events, source: "gateway" }, { id: null });
    const error = "an event must be an object";
    expect(answer.body).toStrictEqual({
      ok: true,
      accepted: 1,
      duplicates: 0,
      rejected: [...[0, 1, 2, 3].map((index) => ({ index, error })), { index: 4, error: "Unknown API key" }],
      adjusted: [{ index: null, field: "source" }],
    });
  });
});

describe("POST /usage says of a repeat", () => {
  test("when it names another cost than the one that counts", async () => {
    const user = await newUser();
    const key = await newKey(user);
    await report({ apiKey: key.api_key, delta: 2 }, { id: "1" });
    expect((await report({ apiKey: key.api_key, delta: 2 }, { id: "1" })).body).toStrictEqual({ ok: true });
    expect((await report({ apiKey: key.api_key, delta: 3 }, { id: "1" })).body).toStrictEqual({ ok: true, conflicts: 1 });
    const of = (id: string, delta: number) => ({ id, keyId: key.id, delta });
    const events = [of("1", 2), of("1", 5), of("2", 1), of("2", 1), of("2", 4), of("3", 0)];
    expect((await report({ events }, { id: null })).body).toStrictEqual({
      ok: true,
      accepted: 2,
      duplicates: 4,
      rejected: [],
      conflicts: 2,
    });
    expect((await usageOf(user)).credits).toBe(997);
  });

  test("that an earlier version kept under an id with a credential in it", async () => {
    const user = await newUser();
    const key = await newKey(user);
    const id = `call ${key.secret_key}`;
    await report({ apiKey: key.api_key, delta: 2 }, { id });
    await query("UPDATE usage_events SET event_id = $2 WHERE user_id = $1", [user.id, id]);
    expect((await report({ apiKey: key.api_key, delta: 2 }, { id })).body).toStrictEqual({ ok: true });
    expect((await usageOf(user)).calls).toBe(1);
  });

  test("and last_used is never later than now, although a report may be ahead", async () => {
    const user = await newUser();
    const key = await newKey(user);
    await report({ apiKey: key.api_key, delta: 1, ts: Date.now() + 4 * 60_000 });
    const [row] = await query<{ used: boolean }>(
      "SELECT last_used_at <= clock_timestamp() AND last_used_at > now() - interval '1 minute' AS used FROM api_keys WHERE uuid = $1",
      [key.id],
    );
    expect(row).toStrictEqual({ used: true });
  });
});

const eventsOf = (user: TestUser) =>
  query<{ event_id: string; delta: number }>("SELECT event_id, delta FROM usage_events WHERE user_id = $1 ORDER BY at", [
    user.id,
  ]);

describe("A captured report", () => {
  const secret = () => shared().settings.USAGE_WEBHOOK_SECRET ?? "";

  test.each(["one call", "a batch"])(
    "of %s with a signature of the second form: its time and its id are part of it",
    async (form) => {
      const user = await newUser();
      const call = { apiKey: (await newKey(user)).api_key, delta: 5 };
      const body = form === "one call" ? call : { events: [{ id: randomUUID(), ...call }] };
      const id = form === "one call" ? "a call" : null;
      const now = Date.now();
      const status = async (signedAt: Date, sentAs = id) => {
        const headers = { "x-signature": signUsageAt(signedAt, { body: JSON.stringify(body), id }, secret()) };
        return (await report(body, { id: sentAs, headers })).status;
      };
      expect(await status(new Date(now - 6 * 60_000))).toBe(401);
      expect(await status(new Date(now + 6 * 60_000))).toBe(401);
      expect(await status(new Date(now), "another id")).toBe(401);
      expect(await eventsOf(user)).toStrictEqual([]);
      expect(await status(new Date(now - 4 * 60_000))).toBe(200);
      expect(await status(new Date(now + 4 * 60_000))).toBe(200);
      expect(await usageOf(user)).toMatchObject({ calls: 1, credits: 995 });
      expect(await replayableOf(user)).toBe(0);
    },
  );

  test.each<[string, unknown, number]>([
    ["no events", { events: [] }, 200],
    ["no good event", { events: [{ id: "" }] }, 200],
    ["events that are no list", { events: 1 }, 400],
    ["missing fields", {}, 400],
    ["no object", [], 400],
  ])("of %s is refused by its old signature first", async (_, body, status) => {
    expect((await report(body, { signedAt: new Date(Date.now() - 6 * 60_000) })).status).toBe(401);
    expect((await report(body, { signedAt: new Date() })).status).toBe(status);
  });

  test.each([
    ["of another time", (signature: string) => signature.replace(/t=\d+/, `t=${Math.floor(Date.now() / 1000) - 1}`)],
    ["of another digest", (signature: string) => `${signature.slice(0, -1)}${signature.endsWith("0") ? 1 : 0}`],
    ["with a time that is none", (signature: string) => signature.replace("t=", "t=0x")],
    ["with something behind it", (signature: string) => `${signature},v1=${"0".repeat(64)}`],
    ["of the first form within the second", (signature: string) => signature.replace(/v1=.*/, `v1=${signUsage("{}", secret())}`)],
  ])("whose signature is one %s: 401", async (_, change) => {
    const signature = change(signUsageAt(new Date(), { body: "{}", id: "1" }, secret()));
    expect((await report({}, { id: "1", raw: "{}", headers: { "x-signature": signature } })).status).toBe(401);
  });

  test("that was a repeat by its id is no first call by its bytes", async () => {
    const user = await newUser();
    const body = { apiKey: (await newKey(user)).api_key, delta: 5, ts: Date.now(), requestId: "req-1" };
    await report({ ...body, requestId: "req-0" }, { id: "1" });
    expect((await report({ ...body, delta: 6 }, { id: "1" })).body).toStrictEqual({ ok: true, conflicts: 1 });
    expect((await report({ ...body, delta: 6 }, { id: "2" })).body).toStrictEqual({ ok: true });
    // Both are of one time.
    expect((await eventsOf(user)).map(({ delta }) => delta).sort()).toStrictEqual([5, 6]);
  });

  test("of the first form without both is charged again, and counted as one that can be", async () => {
    const user = await newUser();
    const call = { apiKey: (await newKey(user)).api_key, delta: 5 };
    const bodies = [
      call,
      { ...call, ts: Date.now() },
      { ...call, requestId: "req-1" },
      { ...call, requestId: "", ts: Date.now() },
    ];
    for (const body of bodies) for (const id of [randomUUID(), randomUUID()]) await report(body, { id });
    await report(call, { signedAt: new Date() });
    expect(await usageOf(user)).toMatchObject({ calls: 9, credits: 955 });
    expect(await replayableOf(user)).toBe(8);
    const [admin, owner] = [await newUser(), user];
    await query("UPDATE users SET role = 'admin' WHERE id = $1", [admin.id]);
    const overview = await open("/admin", { user: admin, cookie: await signInByCookie(admin) });
    expect(await overview.text()).toContain("Usage reports that could be replayed");
    const usagePage = async () => (await open("/usage", { user: owner, cookie: await signInByCookie(owner) })).text();
    expect(await usagePage()).not.toContain("were not charged");
    await query("INSERT INTO uncharged_usage VALUES ($1, 1234, 0, now(), now())", [owner.id]);
    expect(await usagePage()).toMatch(/1,234 credits.{0,20} of calls were not charged/);
  });

  test("of a batch is known by the ids in it", async () => {
    const user = await newUser();
    const { api_key: apiKey } = await newKey(user);
    const body = {
      events: [
        { id: "1", apiKey, delta: 5 },
        { id: "2", apiKey, delta: 5, ts: Date.now() },
      ],
    };
    for (const id of ["1", "2", null]) await report(body, { id });
    expect(await usageOf(user)).toMatchObject({ calls: 2, credits: 990 });
    expect(await replayableOf(user)).toBe(0);
  });
});

describe("POST /usage refuses other people", () => {
  const body = { apiKey: "x", delta: 1 };
  test.each([
    ["no signature", {}],
    ["an empty one", { "x-signature": "" }],
    ["another secret's", { "x-signature": signUsage(JSON.stringify(body), "another secret") }],
    ["one of other text", { "x-signature": "0".repeat(64) }],
  ])("%s: 401", async (_, headers) => {
    const answer = await call("/usage", { body, headers: { "x-idempotency-key": "1", ...headers } });
    expect([answer.status, answer.body]).toStrictEqual([401, { error: "Invalid signature" }]);
  });

  test("a signature over the same JSON in other bytes, or in upper case: 401", async () => {
    const secret = shared().settings.USAGE_WEBHOOK_SECRET ?? "";
    const spaced = await call("/usage", {
      raw: JSON.stringify(body, null, 1),
      headers: { "x-signature": signUsage(JSON.stringify(body), secret) },
    });
    expect(spaced.status).toBe(401);
    const upper = await call("/usage", {
      body,
      headers: { "x-signature": signUsage(JSON.stringify(body), secret).toUpperCase() },
    });
    expect(upper.status).toBe(401);
  });

  test("the signature comes before the JSON", async () => {
    expect((await call("/usage", { raw: "{", headers: { "x-signature": "0".repeat(64) } })).status).toBe(401);
  });

  test("an empty body of no type, unsigned: the page of the same address is not what it asked for", async () => {
    const answer = await call("/usage", { method: "POST" });
    expect([answer.status, answer.body]).toStrictEqual([401, { error: "Invalid signature" }]);
  });
});

describe("POST /usage with a batch", () => {
  test("accepts, recognises repeats and names bad events without losing the others", async () => {
    const user = await newUser();
    const key = await newKey(user);
    const [first, second] = [randomUUID(), randomUUID()];
    const events = [
      { id: first, apiKey: key.api_key, delta: 2 },
      { id: randomUUID(), apiKey: key.api_key, delta: -1 },
      { id: second, keyId: key.id, delta: 3, meta: { region: "tz" } },
      { id: first, apiKey: key.api_key, delta: 2 },
      { id: randomUUID(), apiKey: `datazag_${"0".repeat(64)}`, delta: 1 },
      "nonsense",
      { id: randomUUID(), delta: 1 },
    ];
    const answer = await report({ events }, { id: null });
    expect(answer.status).toBe(200);
    expect(answer.body).toStrictEqual({
      ok: true,
      accepted: 2,
      duplicates: 1,
      rejected: [
        { index: 1, error: "delta must not be negative" },
        { index: 4, error: "Unknown API key" },
        { index: 5, error: expect.any(String) },
        { index: 6, error: "Missing fields" },
      ],
    });
    const again = await report({ events: [events[0], events[2]] }, { id: null });
    expect(again.body).toStrictEqual({ ok: true, accepted: 0, duplicates: 2, rejected: [] });
    const usage = await usageOf(user);
    expect([usage.calls, usage.credits]).toStrictEqual([2, 995]);
    expect(await ledgerOf(user)).toBe(995);
  });

  test("of 1000 events is taken, of 1001 refused, of none is nothing", async () => {
    const user = await newUser();
    const key = await newKey(user);
    const events = Array.from({ length: 1001 }, (_, index) => ({ id: String(index), keyId: key.id, delta: 1 }));
    const tooMany = await report({ events }, { id: null });
    expect([tooMany.status, tooMany.body]).toStrictEqual([400, { error: "events must have at most 1000 entries" }]);
    expect((await usageOf(user)).calls).toBe(0);
    expect((await report({ events: events.slice(0, 1000) }, { id: null })).body).toStrictEqual({
      ok: true,
      accepted: 1000,
      duplicates: 0,
      rejected: [],
    });
    expect((await report({ events: [] }, { id: null })).body).toStrictEqual({
      ok: true,
      accepted: 0,
      duplicates: 0,
      rejected: [],
    });
    expect((await report({ events: {} }, { id: null })).body).toStrictEqual({ error: "events must be an array" });
    const usage = await usageOf(user);
    expect([usage.calls, usage.credits]).toStrictEqual([1000, 0]);
  });
});
