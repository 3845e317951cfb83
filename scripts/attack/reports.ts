import { createHmac, randomUUID } from "node:crypto";
import fc from "fast-check";
import { signUsage } from "../../lib/usage/signature";
import { query, setCredits } from "../../tests/support/client";
import { ask, at, brief, type Reply, textAt } from "./ask";
import { attack } from "./attack";
import { count, type Ground, MAX_OVERDRAFT, newPerson, type Person } from "./ground";

type Sent = { body: string; headers: Record<string, string>; port?: number };

const send = (ground: Ground, { body, headers, port }: Sent): Promise<Reply> =>
  ask(ground, "/usage", { raw: body, headers, port });

const v1 = (ground: Ground, body: string, id = randomUUID()): Sent => ({
  body,
  headers: { "x-signature": signUsage(body, ground.settings.USAGE_WEBHOOK_SECRET ?? ""), "x-idempotency-key": id },
});

function v2(ground: Ground, body: string, { id = randomUUID() as string, t = Math.floor(Date.now() / 1000) } = {}): Sent {
  const mac = createHmac("sha256", ground.settings.USAGE_WEBHOOK_SECRET ?? "")
    .update(`${t}.${id}.${body}`)
    .digest("hex");
  return { body, headers: { "x-signature": `t=${t},v1=${mac}`, "x-idempotency-key": id } };
}

async function ownerOfKey(ground: Ground): Promise<Person & { key: string; keyId: string }> {
  const person = await newPerson();
  const made = await ask(ground, "/api/auth/keys/create/", { token: person.access, body: { key_name: "a" } });
  return { ...person, key: textAt(made, "data", "api_key"), keyId: textAt(made, "data", "id") };
}

const balance = ({ id }: Person) => count("SELECT credits FROM users WHERE id = $1", [id]);

const replays = attack(
  "captured reports",
  fc.record({
    times: fc.integer({ min: 1, max: 5 }),
    atOnce: fc.boolean(),
    delta: fc.integer({ min: 1, max: 50 }),
    path: fc.constantFrom("/usage", "/api/usage", "//usage", "/usage/"),
  }),
  async ({ ground, holds }, { times, atOnce, delta, path }) => {
    const owner = await ownerOfKey(ground);
    const before = await balance(owner);
    const body = JSON.stringify({ apiKey: owner.key, delta, ts: Date.now(), requestId: randomUUID() });
    const first = await send(ground, v1(ground, body));
    holds("a report of the first form counts", first.status === 200, brief(first));
    const again = () => {
      const { headers } = v1(ground, body, randomUUID());
      return ask(ground, path, { raw: body, headers });
    };
    if (atOnce) await Promise.all(Array.from({ length: times }, again));
    else for (let turn = 0; turn < times; turn += 1) await again();
    const charged = before - (await balance(owner));
    holds(
      "a captured report with ts and requestId is charged once, whatever its header",
      charged === delta,
      `${charged} instead of ${delta}`,
    );
    const ledger = await count("SELECT coalesce(sum(amount), 0) FROM credit_entries WHERE user_id = $1", [owner.id]);
    holds("the balance is the ledger", ledger === (await balance(owner)));
  },
);

const TAMPERINGS = [
  "time",
  "id",
  "body",
  "old",
  "early",
  "no time",
  "no id",
  "time twice",
  "signature twice",
  "upper case",
  "as v1",
  "empty",
  "huge time",
  "time with sign",
] as const;

function tamper(ground: Ground, body: string, how: (typeof TAMPERINGS)[number]): Sent {
  const now = Math.floor(Date.now() / 1000);
  const good = v2(ground, body);
  const signature = good.headers["x-signature"] ?? "";
  const mac = signature.split("v1=")[1] ?? "";
  const signed = (text: string): Sent => ({ ...good, headers: { ...good.headers, "x-signature": text } });
  if (how === "time") return signed(`t=${now + 1},v1=${mac}`);
  if (how === "id") return { ...good, headers: { ...good.headers, "x-idempotency-key": randomUUID() } };
  if (how === "body") return { ...good, body: body.replace('"delta":', '"delta": ') };
  if (how === "old") return v2(ground, body, { t: now - 400 });
  if (how === "early") return v2(ground, body, { t: now + 400 });
  if (how === "no time") return signed(`v1=${mac}`);
  if (how === "no id") return { body, headers: { "x-signature": signature } };
  if (how === "time twice") return signed(`t=${now},t=${now - 9999},v1=${mac.replace(/^./, "0")}`);
  if (how === "signature twice") return signed(`t=${now},v1=${"0".repeat(64)},v1=${"1".repeat(64)}`);
  if (how === "upper case") return signed(`t=${now},v1=${mac.toUpperCase().replace(/[A-F]/, "0")}`);
  if (how === "as v1") return signed(mac);
  if (how === "empty") return signed("t=,v1=");
  if (how === "huge time") return v2(ground, body, { t: 99_999_999_999_999 });
  return signed(signature.replace("t=", "t=+"));
}

const tampered = attack(
  "tampered signatures",
  fc.record({ how: fc.constantFrom(...TAMPERINGS), isStrict: fc.boolean() }),
  async ({ ground, holds }, { how, isStrict }) => {
    const owner = await ownerOfKey(ground);
    const body = JSON.stringify({ apiKey: owner.key, delta: 1, note: randomUUID() });
    const port = isStrict ? ground.strict.port : undefined;
    const before = await balance(owner);
    const refused = await send(ground, { ...tamper(ground, body, how), port });
    holds("a tampered signature is refused", refused.status === 401 || refused.status === 400, `${how}: ${brief(refused)}`);
    holds("and nothing is charged", (await balance(owner)) === before, how);
    const right = v2(ground, body);
    const counted = await send(ground, { ...right, port });
    holds("a right signature of the second form counts", counted.status === 200, brief(counted));
    await send(ground, { ...right, port });
    await send(ground, { ...v2(ground, body, { id: right.headers["x-idempotency-key"] }), port });
    const charged = before - (await balance(owner));
    holds("and once, however often it is sent", counted.status !== 200 || charged === 1, charged);
    const former = await send(ground, { ...v1(ground, body), port: ground.strict.port });
    holds("where USAGE_SIGNATURE is v2, the first form is refused", former.status === 401, brief(former));
  },
);

const overdrafts = attack(
  "overdrafts",
  fc.record({
    credits: fc.integer({ min: 0, max: 500 }),
    deltas: fc.array(fc.constantFrom(1, 300, 999, 1_000_000), { minLength: 1, maxLength: 12 }),
    asBatch: fc.boolean(),
  }),
  async ({ ground, holds }, { credits, deltas, asBatch }) => {
    const owner = await ownerOfKey(ground);
    await setCredits(owner, credits);
    const events = deltas.map((delta) => ({ id: randomUUID(), keyId: owner.keyId, delta }));
    const replies = asBatch
      ? [await send(ground, v1(ground, JSON.stringify({ events })))]
      : await Promise.all(
          events.map((event) => send(ground, v1(ground, JSON.stringify({ apiKey: owner.key, delta: event.delta }), event.id))),
        );
    holds(
      "a report past the bound is answered 200",
      replies.every(({ status }) => status === 200),
      brief(replies[0] as Reply),
    );
    const left = await balance(owner);
    holds("no balance falls further than MAX_OVERDRAFT", left >= -MAX_OVERDRAFT, `${left} after ${deltas.length} reports`);
    const asked = deltas.reduce((sum, delta) => sum + delta, 0);
    if (credits - asked < -MAX_OVERDRAFT) {
      const told = await count(
        "SELECT count(*) FROM audit_entries WHERE (target_id IN ($1, $2) OR actor_id = $1::uuid) AND action NOT LIKE 'api_key.%' AND action NOT IN ('user.registered', 'user.signed_in')",
        [owner.id, owner.keyId],
      );
      holds("where it is met, the audit log says so", told > 0);
    } else holds("what stays above it is charged whole", left === credits - asked, `${left} instead of ${credits - asked}`);
    const ledger = await count("SELECT coalesce(sum(amount), 0) FROM credit_entries WHERE user_id = $1", [owner.id]);
    holds("the balance stays the ledger", ledger === left, `${ledger} and ${left}`);
    const recorded = await count("SELECT count(*) FROM usage_events WHERE user_id = $1", [owner.id]);
    holds("every call is recorded", recorded === deltas.length, `${recorded} of ${deltas.length}`);
  },
);

const ABSURD = [-1, -0.5, 1.5, 1e21, 1e308, Number.MAX_SAFE_INTEGER, 1_000_001] as const;

const absurdReports = attack(
  "absurd reports",
  fc.record({
    delta: fc.constantFrom<unknown>(...ABSURD, "1", "-5", null, true, [1], { a: 1 }),
    ts: fc.constantFrom<unknown>(undefined, 0, -1, 1e18, Date.now() + 400_000, "now"),
  }),
  async ({ ground, holds }, { delta, ts }) => {
    const owner = await ownerOfKey(ground);
    const before = await balance(owner);
    const body = JSON.stringify({ apiKey: owner.key, delta, ts, endpoint: "x".repeat(3000), meta: { a: "b".repeat(9000) } });
    const reply = await send(ground, v1(ground, body));
    holds("an absurd report is refused", reply.status === 400, brief(reply));
    holds("and never pays anybody", (await balance(owner)) === before);
    const stolen = await send(ground, v1(ground, JSON.stringify({ keyId: owner.keyId, apiKey: "mf_live_x", delta: 1 })));
    holds(
      "a malformed credential is charged to nobody",
      stolen.status !== 200 || at(stolen, "ok") !== true || (await balance(owner)) === before,
      brief(stolen),
    );
    const [row] = await query<{ n: string }>("SELECT count(*) AS n FROM users WHERE credits > 100000000");
    holds("nobody grows rich", row?.n === "0");
  },
);

export const REPORTS = [replays, tampered, overdrafts, absurdReports];
