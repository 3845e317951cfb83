import { type KeyLimits, type LimitedCall, refuseCall } from "./limits";
import { type KeyLife, keyStatus } from "./status";
import { STATUS_REFUSALS, type ValidityCode } from "./verdicts";

export type KeyFacts = KeyLife &
  KeyLimits & {
    /** Set when the credential presented is one that a newer one replaced: the instant its grace ends. */
    replacedUntil: Date | null;
    owner: { banned: boolean; credits: number };
  };

export type Question = LimitedCall & {
  now: Date;
  /** Whether the secret that came along is the key's; null when none did. */
  secretMatches: boolean | null;
  /** Credits the call is going to cost. What costs nothing needs none, whatever the balance. */
  cost: number;
};

/** The one rule of what a key may do, from plain values: every route, page and library asks here. */
export function checkKey(key: KeyFacts | null, question: Question): ValidityCode {
  const { now } = question;
  if (!key || key.deletedAt) return "NOT_FOUND";
  if (key.replacedUntil && key.replacedUntil <= now) return "NOT_FOUND";
  const status = keyStatus(key, now);
  if (status !== "active") return STATUS_REFUSALS[status];
  if (key.owner.banned) return "USER_DISABLED";
  if (question.secretMatches === false) return "SECRET_MISMATCH";
  const exceeded = refuseCall(key, question);
  if (exceeded) return exceeded;
  if (question.cost > 0 && key.owner.credits < question.cost) return "CREDITS_EXHAUSTED";
  return "VALID";
}
