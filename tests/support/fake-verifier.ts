import { randomBytes } from "node:crypto";
import { makeCredentials } from "../../packages/rule/credentials";
import { REFUSAL_CODES, REFUSAL_REASONS } from "../../packages/rule/verdicts";
import type { ValidVerdict } from "../../packages/verifier/authorize";
import type { UsageEvent, Verdict, Verifier, VerifierEvents, VerifierStatus, VerifyOptions } from "../../packages/verifier/types";

export const CODES = [...REFUSAL_CODES, "UNAVAILABLE"] as const;

const STATUSES: Partial<Record<(typeof CODES)[number], number>> = {
  CREDITS_EXHAUSTED: 402,
  INSUFFICIENT_PERMISSIONS: 403,
  USER_DISABLED: 403,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
};

/** What a caller is answered who is refused with it. */
export const statusOf = (code: (typeof CODES)[number]) => STATUSES[code] ?? 401;

/** A key that is valid, and one for each code that it is refused with. */
export const KEYS = Object.fromEntries<string>(
  ["VALID", ...CODES].map((code) => [code, makeCredentials("mf_live", randomBytes).key]),
) as Record<"VALID" | (typeof CODES)[number], string>;

const ORIGIN = { source: "memory", ageMs: 12 } as const;
export const VALID: ValidVerdict = {
  ...ORIGIN,
  valid: true,
  code: "VALID",
  key_id: "550e8400-e29b-41d4-a716-446655440000",
  name: "Schlüssel, 1",
  user_id: "7c9e6679-7425-40de-944b-e07fc1f90ae7",
  permissions: ["read"],
  credits: null,
  expires_at: "2030-12-31T23:59:59.000Z",
};

export type FakeVerifier = Verifier & {
  asked: { credential: string; options: VerifyOptions }[];
  reported: UsageEvent[];
  /** Takes the place of what `status` answers. */
  now: Partial<VerifierStatus>;
  isFull: boolean;
  closed: number;
  tell: <Name extends keyof VerifierEvents>(name: Name, ...args: Parameters<VerifierEvents[Name]>) => void;
};

/** Answers by the key alone, at once, and notes what it is asked and told. */
export function fakeVerifier(): FakeVerifier {
  const listeners: { name: string; listener: (...args: never[]) => void }[] = [];
  const fake: FakeVerifier = {
    asked: [],
    reported: [],
    now: {},
    isFull: false,
    closed: 0,
    tell: (name, ...args) => {
      for (const each of listeners) if (each.name === name) (each.listener as (...given: unknown[]) => void)(...args);
    },
    ready: async () => {},
    check: (credential) => verdictOn(credential),
    verify: async (credential, options = {}) => {
      fake.asked.push({ credential, options });
      return verdictOn(credential);
    },
    report: (event) => {
      if (!fake.isFull) fake.reported.push(event);
      return !fake.isFull;
    },
    status: () => ({
      ...({ state: "READY", ageMs: 212, mode: "stream", keys: 3, owners: 2, epoch: null, cursor: null } as const),
      ...({
        onStale: "ask",
        boundMs: 2000,
        unsealed: 0,
        unsealedByForm: null,
        unreported: fake.reported.length,
        trouble: null,
      } as const),
      ...fake.now,
    }),
    on: (name, listener) => {
      listeners.push({ name, listener });
      return () => {};
    },
    close: async () => {
      fake.closed += 1;
    },
  };
  return fake;
}

function verdictOn(credential: string): Verdict {
  if (credential === KEYS.VALID) return VALID;
  const code = CODES.find((each) => KEYS[each] === credential) ?? "NOT_FOUND";
  if (code === "UNAVAILABLE") return { ...ORIGIN, valid: false, code, reason: "The feed is 4.1 s old.", retry_after: 1.2 };
  const known = code === "NOT_FOUND" ? {} : { key_id: VALID.key_id };
  return {
    ...ORIGIN,
    valid: false,
    code,
    reason: REFUSAL_REASONS[code],
    ...known,
    ...(code === "RATE_LIMITED" && { retry_after: 30 }),
  };
}
