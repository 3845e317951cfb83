import { parseCredential } from "@latchkey/rule/credentials";
import pg from "pg";
import type { Bench } from "./ground";
import { anyOf, repeat, type Side, times } from "./measure";
import type { Owner } from "./seed";
import { checkSide } from "./verifier";

/** As many callers as a busy server has requests open. */
const AT_A_TIME = 32;

/** What costs no HTTP: verifying, looking up, creating, recording usage. */
export async function measureInProcess(bench: Bench): Promise<void> {
  const pool = new pg.Pool({ connectionString: bench.databaseUrl, max: 20 });
  await measureVerify(bench);
  await measureLookup(bench, pool);
  await measureCreate(bench);
  await measureUsage(bench, pool);
  await pool.end();
  const { pool: ours } = await import("../lib/database/client");
  await (ours() as pg.Pool).end();
}

async function measureVerify({ owner, peer, measure }: Bench): Promise<void> {
  const { verifyKey } = await import("../lib/verification/verify");
  const ask = (key: string) => verifyKey({ key, cost: 1 }).then(({ code }) => must(code === "VALID", code));
  const askPeer = (key: string) => peer.api.verifyApiKey({ body: { key } }).then(({ valid }) => must(valid, "the peer refused"));
  const first = (keys: string[]) => keys[0] ?? "";
  const common = { unit: "per second", otherName: "better-auth verifyApiKey", goal: { atLeast: 20 } };
  for (const [which, pick] of [
    ["one key", first],
    [`${owner.keys.length} keys at random`, anyOf],
  ] as const) {
    for (const atATime of [AT_A_TIME, 1]) {
      await measure(
        { ...common, name: `verify in process, ${which}, ${atATime} at a time` },
        {
          ours: repeat(() => ask(pick(owner.keys)), atATime),
          other: repeat(() => askPeer(pick(peer.keys)), atATime),
        },
      );
    }
  }
  await measure(
    { ...common, name: "check() of the verifier, at random", goal: null },
    { ours: checkSide(owner.keys), other: repeat(() => askPeer(anyOf(peer.keys)), AT_A_TIME) },
  );
}

async function measureLookup({ owner, settings, measure }: Bench, pool: pg.Pool): Promise<void> {
  const { FIND_CURRENT, verifyKey } = await import("../lib/verification/verify");
  const { db } = await import("../lib/database/client");
  const { hashCredential } = await import("../lib/verification/hashes");
  const key = owner.keys[0] ?? "";
  const credential = parseCredential(key);
  if (!credential) throw new Error("the seeded key is malformed");
  const hash = Buffer.from(hashCredential(credential, settings.KEY_HASH_SECRET ?? ""));
  // Ours is the whole verification: hashing and judging included.
  const ours = repeat(() => verifyKey({ key, cost: 1 }));
  const bare = () => pool.query({ name: "bare", text: FIND_CURRENT.text, values: [hash] });
  const common = { unit: "per second", otherName: "bare pg query", goal: { atLeast: 0.9 } };
  await measure({ ...common, name: "prepared lookup" }, { ours, other: repeat(bare) });
  await measure(
    { ...common, name: `prepared lookup, ${AT_A_TIME} at a time` },
    { ours: repeat(() => verifyKey({ key: anyOf(owner.keys), cost: 1 }), AT_A_TIME), other: repeat(bare, AT_A_TIME) },
  );
  const where = { credentialHash: new Uint8Array(hash) };
  await measure(
    { name: "prepared lookup", unit: "per second", otherName: "Prisma findUnique", goal: { atLeast: 1 } },
    { ours, other: repeat(() => db().apiKey.findUnique({ where, include: { user: true } })) },
  );
}

async function measureCreate({ owner, peer, measure }: Bench): Promise<void> {
  const { createKey } = await import("../lib/keys/create");
  const { SYSTEM_ACTOR } = await import("../lib/audit/actors");
  const input = { name: "Bench", permissions: ["read"], expiresAt: null, format: "mf_live" as const };
  for (const atATime of [AT_A_TIME, 1]) {
    await measure(
      {
        name: `create a key, ${atATime} at a time`,
        unit: "per second",
        otherName: "better-auth createApiKey",
        goal: { atLeast: 8 },
      },
      {
        ours: repeat(() => createKey(SYSTEM_ACTOR, owner.id, input), atATime),
        other: repeat(() => peer.api.createApiKey({ body: { userId: peer.userId, name: "Bench" } }), atATime),
      },
    );
  }
}

const BATCH = 1000;

async function measureUsage({ owner, measure }: Bench, pool: pg.Pool): Promise<void> {
  const { recordUsage } = await import("../lib/usage/record");
  const { keepText } = await import("../lib/usage/ornaments");
  await pool.query("CREATE TABLE plain_events (LIKE usage_events INCLUDING ALL)");
  const keyIds = owner.uuids.slice(0, 100);
  const events = (index: number) =>
    Array.from({ length: BATCH }, (_, place) => ({
      id: `${index}-${place}`,
      keyId: keyIds[place % keyIds.length] ?? "",
      delta: 1,
      endpoint: "/v1/sms",
      requestId: `request-${place}`,
    }));
  const record = async (index: number) => {
    const reported = events(index).map(({ endpoint, requestId, ...call }) => ({
      ...call,
      endpoint: keepText(endpoint, 500),
      requestId: keepText(requestId, 255),
    }));
    const outcomes = await recordUsage(reported);
    must(
      outcomes.every((outcome) => outcome === "accepted"),
      "not accepted",
    );
  };
  const perEvent = (side: Side) => times(BATCH, side);
  await measure(
    {
      name: `usage, batches of ${BATCH}`,
      unit: "events per second",
      otherName: `plain INSERT of ${BATCH} rows`,
      goal: { atLeast: 0.35 },
    },
    {
      ours: perEvent(repeat(record)),
      other: perEvent(repeat((index) => insertPlainly(pool, owner, events(index)))),
    },
  );
}

type PlainEvent = { id: string; delta: number; endpoint: string; requestId: string };

async function insertPlainly(pool: pg.Pool, owner: Owner, events: PlainEvent[]): Promise<void> {
  const now = new Date();
  const values: unknown[] = [];
  const tuples = events.map((event, index) => {
    const first = values.length + 1;
    values.push((index % 100) + 1, event.id, owner.id, event.delta, now, event.endpoint, event.requestId, null);
    return `(${Array.from({ length: 8 }, (_, offset) => `$${first + offset}`).join(",")})`;
  });
  const text = `INSERT INTO plain_events (key_id, event_id, user_id, delta, at, endpoint, request_id, meta) VALUES ${tuples.join(",")}`;
  await pool.query({ name: "plain-insert", text, values });
}

function must(isTrue: boolean, message: string): void {
  if (!isTrue) throw new Error(message);
}
