import { timingSafeEqual } from "node:crypto";
import { hasChecksum } from "@latchkey/rule/credentials";
import { fitsForm, MAX_CREDENTIAL_LENGTH, OUR_FORMS } from "@latchkey/rule/forms";
import { describeMalformed } from "@latchkey/rule/malformed";
import { checkKey, type KeyFacts, type Question as RuleQuestion } from "@latchkey/rule/validity";
import { REFUSAL_REASONS, type RefusalCode, type ValidityCode } from "@latchkey/rule/verdicts";
import { digestOf } from "./digest";
import type { Replica } from "./replica";
import { DIGEST_BYTES, SECRETS, type Table } from "./table";
import type { Question, Verdict } from "./types";
import { unavailable } from "./unavailable";

/** How old what is judged by is, and what time it is by the database's clock. */
export type Moment = { ageMs: number; now: number; isStale: boolean };

const MAX_COST = 1_000_000_000;
/** With the longest prefix that a form has. */
const MAX_LENGTH = MAX_CREDENTIAL_LENGTH + 32;
const MIN_LENGTH = 8;
const PRINTABLE = /^[\x21-\x7e]+$/;

/** Refusals that stand whatever the owner is, and whatever the secret. */
const OF_KEY: ReadonlySet<ValidityCode> = new Set(["NOT_FOUND", "REVOKED", "EXPIRED", "DISABLED"]);
const BEFORE_SECRET: ReadonlySet<ValidityCode> = new Set([...OF_KEY, "USER_DISABLED"]);

// One of each for all calls: a check makes nothing but its answer.
const BEFORE = new Date(0);
const [now, expiresAt, replacedUntil] = [new Date(0), new Date(0), new Date(0)];
const facts: KeyFacts = {
  ...{ expiresAt: null, revokedAt: null, disabledAt: null, deletedAt: null, replacedUntil: null, permissions: [] },
  owner: { banned: false, credits: 0 },
};
const asked: RuleQuestion = { now, secretMatches: null, permission: null, cost: 0 };
const [known, presented] = [new Uint32Array(DIGEST_BYTES / 4), new Uint32Array(DIGEST_BYTES / 4)];

/** What memory says of a credential; null where the portal has to be asked. The rule is the portal's own. */
export function judge(replica: Replica, credential: string, question: Question, moment: Moment): Verdict | null {
  const { table, salt } = replica;
  const { secret, permission, cost = 0 } = question;
  if (!Number.isInteger(cost) || cost < 0 || cost > MAX_COST) return unavailable("cost must be a whole number of credits.");
  const row = typeof credential === "string" && credential.length <= MAX_LENGTH ? table.find(digestOf(salt, credential)) : -1;
  if (row < 0) return refuseMalformed(credential, moment);
  const key = table.keyRow(row);
  const owner = table.ownerRow(key);
  const isOwnerKnown = table.isOwnerKnown(owner);
  setFacts(table, row, key);
  facts.owner.banned = isOwnerKnown && table.isBanned(owner);
  facts.owner.credits = isOwnerKnown ? table.credits(owner) : Number.POSITIVE_INFINITY;
  if (facts.expiresAt || facts.replacedUntil) now.setTime(moment.now);
  asked.permission = permission ?? null;
  asked.cost = cost;
  const hasSecret = typeof secret === "string";
  const secretState = hasSecret ? table.secretState(row) : SECRETS.none;
  asked.secretMatches = hasSecret && secretState !== SECRETS.unknown ? matches(table, row, salt, secret, secretState) : null;
  const code = checkKey(facts, asked);
  if (!isOwnerKnown && !OF_KEY.has(code)) return null;
  if (secretState === SECRETS.unknown && !BEFORE_SECRET.has(code)) return null;
  // What is told of a balance is a part of it, unless there is none.
  if (code === "CREDITS_EXHAUSTED" && table.credits(owner) > 0) return null;
  if (code !== "VALID") return refuse(code, moment, code === "NOT_FOUND" ? undefined : table.id(key));
  if (table.takeNew(key)) replica.firstUsed(credential);
  const { keyId, userId, name, permissions } = table.shown(key);
  const { ageMs, isStale } = moment;
  const verdict: Verdict = {
    source: "memory",
    ageMs,
    valid: true,
    code,
    key_id: keyId,
    name,
    user_id: userId,
    permissions,
    credits: null,
    expires_at: endOf(),
  };
  if (isStale) verdict.stale = true;
  return verdict;
}

/** NOT_FOUND for what no key can have, going by its form; null for all else, which is not known here. */
export function refuseMalformed(credential: unknown, moment: Moment): Verdict | null {
  if (typeof credential === "string" && isPossible(credential)) return null;
  const text = typeof credential === "string" ? credential.slice(0, MAX_LENGTH + 1) : "";
  const reason = `The credential is malformed: ${describeMalformed(text) ?? "it is too long"}.`;
  return { ...refuse("NOT_FOUND", moment), reason } as Verdict;
}

/** Also one of another product, whose form is not known here. */
function isPossible(text: string): boolean {
  if (text.length < MIN_LENGTH || text.length > MAX_LENGTH || !PRINTABLE.test(text)) return false;
  return !fitsForm(text, OUR_FORMS.mf_live) || hasChecksum(OUR_FORMS.mf_live.prefix, text);
}

function refuse(code: RefusalCode, { ageMs, isStale }: Moment, keyId?: string): Verdict {
  return {
    source: "memory",
    ageMs,
    valid: false,
    code,
    reason: REFUSAL_REASONS[code],
    ...(keyId !== undefined && { key_id: keyId }),
    ...(isStale && { stale: true as const }),
  };
}

function setFacts(table: Table, row: number, key: number): void {
  const status = table.status(key);
  facts.revokedAt = status === "revoked" ? BEFORE : null;
  facts.disabledAt = status === "disabled" ? BEFORE : null;
  facts.deletedAt = status === "deleted" ? BEFORE : null;
  facts.expiresAt = asDate(table.expiry(key), expiresAt);
  facts.replacedUntil = asDate(table.replacedUntil(row), replacedUntil);
  facts.permissions = table.permissionsOf(key);
}

function asDate(milliseconds: number | null, into: Date): Date | null {
  if (milliseconds === null) return null;
  into.setTime(milliseconds);
  return into;
}

function matches(table: Table, row: number, salt: string, secret: string, state: number): boolean {
  if (state !== SECRETS.known || secret.length > MAX_LENGTH) return false;
  table.copySecret(row, known);
  presented.set(digestOf(salt, secret).subarray(0, presented.length));
  return timingSafeEqual(known, presented);
}

/** Of a credential that was replaced: with its grace, if that is earlier. */
function endOf(): string | null {
  const { expiresAt: end, replacedUntil: grace } = facts;
  const first = end && grace ? (end < grace ? end : grace) : (end ?? grace);
  return first && !Number.isNaN(first.getTime()) ? first.toISOString() : null;
}
