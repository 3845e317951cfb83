import { randomBytes } from "node:crypto";
import { makeCredentials } from "@latchkey/rule/credentials";
import { FEED_CREDITS_TOLD, FEED_STATUSES, type FeedCredential, type StateLine } from "@latchkey/rule/feed";
import type { Permissions } from "@latchkey/rule/permissions";
import { checkKey } from "@latchkey/rule/validity";
import { REFUSAL_REASONS } from "@latchkey/rule/verdicts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { digestOf } from "./digest";
import { Freshness } from "./freshness";
import { judge } from "./judge";
import { Replica } from "./replica";
import type { Question } from "./types";

const SALT = "Salt1234";
const NOW = 1_795_860_706_655;
const [KEY_ID, OWNER_ID] = ["3f2504e0-4f89-41d3-9a0c-0305e82c3301", "86376745-41d1-481b-8549-7e0857bd7077"];
const { key: credential, secret } = makeCredentials("mf_live", randomBytes);
const { key: other } = makeCredentials("datazag", randomBytes);
const moment = { ageMs: 20, now: NOW, isStale: false };
const digest = (text: string) => Buffer.from(Uint32Array.from(digestOf(SALT, text)).buffer).toString("base64url");

function replicaOf(...lines: StateLine[]): Replica {
  const replica = new Replica(new Freshness({ monotonic: () => 0, wall: () => 0 }, 2_000));
  replica.begin({ epoch: OWNER_ID, history: "1:1", keys: 1, owners: 1 }, SALT);
  replica.addPage(lines);
  replica.complete("10:10:");
  return replica;
}

const owner = (given: object = {}): StateLine => ({ t: "owner", id: OWNER_ID, rev: 1, banned: false, credits: "some", ...given });
const key = (given: object = {}): StateLine => ({
  ...{ t: "key", id: KEY_ID, rev: 1, owner: OWNER_ID, name: "Production", p: ["read"], exp: null, st: "active" },
  creds: [{ d: digest(credential), s: digest(secret ?? "") }],
  ...given,
});
const codeOf = (replica: Replica, question: Question = {}, text: string = credential) =>
  judge(replica, text, question, moment)?.code ?? "ask";

const instant = fc.constantFrom(null, NOW - 1, NOW, NOW + 1);

test("says what the portal's rule says of the same key, or that the portal has to be asked", () => {
  let asked = 0;
  const runs = 8_000;
  fc.assert(
    fc.property(
      fc.record({
        st: fc.constantFrom(...FEED_STATUSES),
        exp: instant,
        until: instant,
        p: fc.constantFrom<Permissions[]>(["read"], ["*"], { sms: ["send"] }, {}),
        banned: fc.boolean(),
        credits: fc.constantFrom(-5, 0, 3, 999, 1_000, 5_000),
        hasSecret: fc.constantFrom("none", "known", "unknown"),
      }),
      fc.record(
        {
          permission: fc.constantFrom("read", "sms:send", "write"),
          cost: fc.constantFrom(0, 1, 5, 1_000, 1_001),
          secret: fc.constantFrom(secret ?? "", other, "", "x"),
        },
        { requiredKeys: [], noNullPrototype: true },
      ),
      (facts, question) => {
        const { st, exp, until, p, banned, credits, hasSecret } = facts;
        const s = hasSecret === "unknown" ? {} : { s: hasSecret === "none" ? null : digest(secret ?? "") };
        const own: FeedCredential = { d: digest(credential), ...s, ...(until !== null && { until }) };
        const told = credits < FEED_CREDITS_TOLD ? credits : "some";
        const replica = replicaOf(owner({ banned, credits: told }), key({ st, exp, p, creds: [own] }));
        const said = judge(replica, credential, question, moment);
        const date = (at: number | null) => (at === null ? null : new Date(at));
        const before = new Date(0);
        const code = checkKey(
          {
            expiresAt: date(exp),
            revokedAt: st === "revoked" ? before : null,
            disabledAt: st === "disabled" ? before : null,
            deletedAt: st === "deleted" ? before : null,
            permissions: p,
            replacedUntil: date(until),
            owner: { banned, credits },
          },
          {
            now: new Date(NOW),
            permission: question.permission ?? null,
            cost: question.cost ?? 0,
            secretMatches: question.secret === undefined ? null : hasSecret !== "none" && question.secret === secret,
          },
        );
        if (said) expect(said.code).toBe(code);
        else {
          asked += 1;
          const isSecretAsked = question.secret !== undefined && hasSecret === "unknown";
          const isMuch = (question.cost ?? 0) > Math.min(credits, FEED_CREDITS_TOLD) && credits > 0;
          // What was deleted is not held any more.
          expect(isSecretAsked || isMuch || st === "deleted", JSON.stringify({ facts, question })).toBe(true);
        }
      },
    ),
    { numRuns: runs },
  );
  expect(asked).toBeLessThan(runs / 2);
});

test("an owner who is not known is a reason to ask, unless the key is no use to anybody", () => {
  expect(codeOf(replicaOf(key()))).toBe("ask");
  expect(codeOf(replicaOf(owner(), key(), { t: "gone", kind: "owner", id: OWNER_ID }))).toBe("ask");
  expect(codeOf(replicaOf(key({ st: "revoked" })))).toBe("REVOKED");
  expect(codeOf(replicaOf(key({ exp: NOW })))).toBe("EXPIRED");
  expect(codeOf(replicaOf(owner(), key()))).toBe("VALID");
});

test("what no key can have is refused at once, and all else that is not known is asked about", () => {
  const replica = replicaOf(owner(), key());
  const last = credential.at(-1) === "a" ? "b" : "a";
  // Its low bytes are those of a credential.
  const folded = [...credential].map((sign) => String.fromCharCode(sign.charCodeAt(0) + 0x100)).join("");
  const none = [
    `${credential.slice(0, -1)}${last}`,
    folded,
    "",
    "short",
    "with a space in it",
    "x".repeat(10_000),
    `${credential}é`,
  ];
  for (const text of none) {
    const verdict = judge(replica, text, {}, moment);
    expect(verdict, text.slice(0, 60)).toMatchObject({ valid: false, code: "NOT_FOUND" });
    expect(verdict && "reason" in verdict && verdict.reason).toMatch(/^The credential is malformed: .{5,200}\.$/);
  }
  for (const text of [null, 5, {}]) expect(codeOf(replica, {}, text as string)).toBe("NOT_FOUND");
  const others = [
    other,
    makeCredentials("mf_live", randomBytes).key,
    "sk_test_4eC39HqLyjWDarjtT1zdp7dc",
    "token~of.another+product/==",
  ];
  for (const text of others) expect(codeOf(replica, {}, text)).toBe("ask");
});

test("a cost that is none is no reason to accept", () => {
  for (const cost of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, "1" as unknown as number])
    expect(codeOf(replicaOf(owner(), key()), { cost })).toBe("UNAVAILABLE");
});

test("a replaced credential says when it ends, and a refusal which key it is of", () => {
  const until = NOW + 60_000;
  const replica = replicaOf(
    owner(),
    key({
      exp: NOW + 90_000,
      creds: [
        { d: digest(other), s: null },
        { d: digest(credential), until },
      ],
    }),
  );
  expect(judge(replica, credential, {}, moment)).toMatchObject({ valid: true, expires_at: new Date(until).toISOString() });
  expect(judge(replica, other, {}, moment)).toMatchObject({ valid: true, expires_at: new Date(NOW + 90_000).toISOString() });
  expect(judge(replicaOf(owner({ banned: true }), key()), credential, {}, moment)).toStrictEqual({
    ...{ source: "memory", ageMs: 20, valid: false, code: "USER_DISABLED" },
    ...{ reason: REFUSAL_REASONS.USER_DISABLED, key_id: KEY_ID },
  });
});

test("the first call with a key that was made just now is told of, once", () => {
  const told: string[] = [];
  const replica = replicaOf(owner(), key());
  replica.firstUsed = (text) => told.push(text);
  const creds = [{ d: digest(other), s: null }];
  replica.table.apply(key({ id: "3f2504e0-4f89-41d3-9a0c-0305e82c3302", creds, p: [] }) as StateLine, true);
  for (let call = 0; call < 3; call += 1) codeOf(replica);
  expect(codeOf(replica, { permission: "read" }, other)).toBe("INSUFFICIENT_PERMISSIONS");
  expect(told).toStrictEqual([]);
  for (let call = 0; call < 3; call += 1) codeOf(replica, {}, other);
  expect(told).toStrictEqual([other]);
});
