import { randomBytes } from "node:crypto";
import { createVerifier } from "../../packages/verifier/index";
import type { Verdict } from "../../packages/verifier/types";
import { newKey, type TestKey } from "../../tests/support/client";
import { begin } from "../../tests/support/feed";
import { registerOverHttp } from "../../tests/support/people";
import { addService } from "../../tests/support/services";
import type { Row } from "./drill";
import { type Ground, openEmbeddedGround } from "./ground";

const [OWNERS, KEYS_OF_EACH, CASES, AT_ONCE] = [8, 18, 1_000_000, 100];
const SHOWN = 5;
const PERMISSIONS = [["read"], ["read", "write"], [], { sms: ["send"] }, { "*": ["read"] }, { sms: ["send", "read"], mail: [] }];
const ASKED_PERMISSIONS = [
  undefined,
  undefined,
  undefined,
  "read",
  "write",
  "sms:send",
  "sms:read",
  "mail:read",
  "other:read",
  ":",
  "sms:",
];
const CREDITS = [0, 1, 3, 999, 1_000, 1_000_000, -5];
const COSTS = [0, 1, 2, 4, 999, 1_000, 1_001, 1_000_000];
/** Each makes of a key another one. */
const FATES = [
  ...Array.from({ length: 7 }, () => null),
  "revoked_at = now()",
  "disabled_at = now()",
  "deleted_at = now(), revoked_at = now()",
  "expires_at = now() - interval '1 hour'",
  "expires_at = now() + interval '1 year'",
  "revoked_at = now(), expires_at = now() - interval '1 day', disabled_at = now()",
  "disabled_at = now(), expires_at = now() - interval '1 day'",
];

type Case = { key: string; secret?: string; permission?: string; cost: number };
type Answer = Record<string, unknown> & { valid: boolean; code: string };

/** A million questions about keys of all sorts, to memory and to the portal: they agree in all but the balance. */
export async function agree(title: string): Promise<Row> {
  const ground = await openEmbeddedGround({ WRITES_PER_MINUTE: "1000000" });
  try {
    const keys = await makeKeys(ground);
    const service = await addService(ground.query, ground.settings.KEY_HASH_SECRET ?? "", { scopes: ["feed", "verify"] });
    const feedKey = (await begin(service.credential, {}, ground.address)).keys.key;
    const common = { url: ground.address, credential: service.credential, feedKey, signals: false, onStale: "refuse" as const };
    const verifier = createVerifier(common);
    let [asked, differing] = [0, 0];
    const codes = new Map<string, number>();
    const notes: string[] = [];
    try {
      await verifier.ready();
      for (let done = 0; done < CASES; done += AT_ONCE) {
        const cases = Array.from({ length: AT_ONCE }, () => newCase(keys));
        const answers = await askPortal(ground, service.credential, cases);
        for (const [place, { key, ...question }] of cases.entries()) {
          const here = verifier.check(key, question);
          const there = answers[place];
          if (!there) throw new Error("the portal left one out");
          codes.set(there.code, (codes.get(there.code) ?? 0) + 1);
          if (!here.valid && here.code === "UNAVAILABLE") asked += 1;
          else if (!isSame(here, there)) {
            differing += 1;
            if (notes.length < SHOWN)
              notes.push(`here ${here.code}, there ${there.code}: cost ${question.cost}, ${question.permission}`);
          }
        }
      }
    } finally {
      await verifier.close();
    }
    const told = [...codes].map(([code, count]) => `${code} ${count}`).join(", ");
    return {
      drill: title,
      findings: [
        { says: `of ${CASES} questions answered otherwise than by the portal: 0 (${differing})`, holds: differing === 0 },
        { says: `and at most a third are not answered from memory (${asked})`, holds: asked < CASES / 3 },
      ],
      notes: [...notes, told],
    };
  } finally {
    await ground.close();
  }
}

async function makeKeys(ground: Ground): Promise<TestKey[]> {
  const made: TestKey[] = [];
  for (let owner = 0; owner < OWNERS; owner += 1) {
    const user = await registerOverHttp(ground.portal.url);
    for (let place = 0; place < KEYS_OF_EACH; place += 1) {
      const key = await newKey(user, { permissions: oneOf(PERMISSIONS) }, ground.portal.url);
      const fate = FATES[(owner * KEYS_OF_EACH + place) % FATES.length];
      made.push(key);
      if (fate) await ground.query(`UPDATE api_keys SET ${fate} WHERE uuid = $1`, [key.id]);
    }
    const credits = CREDITS[owner % CREDITS.length] ?? 0;
    await ground.query(
      "INSERT INTO credit_entries (user_id, amount, kind) SELECT id, $2::bigint - credits, 'adjustment' FROM users WHERE id = $1 AND credits <> $2::bigint",
      [user.id, credits],
    );
    if (owner === OWNERS - 1) await ground.query("UPDATE users SET banned = true WHERE id = $1", [user.id]);
  }
  return made;
}

function newCase(keys: readonly TestKey[]): Case {
  const [own, other] = [oneOf(keys), oneOf(keys)];
  const kind = Math.random();
  const key = kind < 0.9 ? own.api_key : kind < 0.95 ? malformed(own.api_key) : `mf_live_${randomBytes(12).toString("hex")}`;
  const secret = oneOf([undefined, undefined, undefined, own.secret_key, own.secret_key, other.secret_key, own.api_key]);
  const permission = oneOf(ASKED_PERMISSIONS);
  return { key, cost: oneOf(COSTS), ...(secret !== undefined && { secret }), ...(permission !== undefined && { permission }) };
}

function malformed(key: string): string {
  const place = 8 + Math.floor(Math.random() * (key.length - 8));
  return `${key.slice(0, place)}${key[place] === "a" ? "b" : "a"}${key.slice(place + 1)}`;
}

async function askPortal({ address }: Ground, credential: string, cases: readonly Case[]): Promise<Answer[]> {
  const answer = await fetch(`${address}/api/keys/verify`, {
    method: "POST",
    headers: { Authorization: `Bearer ${credential}`, "Content-Type": "application/json" },
    body: JSON.stringify({ keys: cases }),
  });
  if (answer.status !== 200) throw new Error(`the portal answered ${answer.status}: ${await answer.text()}`);
  return ((await answer.json()) as { results: Answer[] }).results;
}

const FIELDS = ["valid", "code", "key_id", "name", "user_id", "permissions", "expires_at"] as const;

function isSame(here: Verdict, there: Answer): boolean {
  return FIELDS.every((field) => JSON.stringify((here as Answer)[field]) === JSON.stringify(there[field]));
}

function oneOf<Value>(values: readonly Value[]): Value {
  return values[Math.floor(Math.random() * values.length)] as Value;
}
