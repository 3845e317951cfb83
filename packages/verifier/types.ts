import type { Permissions } from "@latchkey/rule/permissions";
import type { RefusalCode } from "@latchkey/rule/verdicts";

/**
 * What may happen once what is known is older than the bound. "ask": the portal decides, and where it cannot be reached
 * the answer is UNAVAILABLE. "refuse": UNAVAILABLE at once. "serve": go on for `serveForMs`, for services that may.
 */
export type StalePolicy = "ask" | "refuse" | "serve";

export type VerifierOptions = {
  /** Where the portal is: LATCHKEY_URL. */
  url?: string;
  /** The service's credential, `lks_…`, with the scope `feed`; `verify` to ask, `usage` to report: LATCHKEY_VERIFIER_KEY. */
  credential?: string;
  /** The public key that the portal signs the feed with, base64url: LATCHKEY_FEED_KEY. */
  feedKey?: string;
  /** This process, for staff's lists. Default: host name and process id. */
  instance?: string;
  onStale?: StalePolicy;
  /** Milliseconds, 500 to what the service may have. Default 2,000. */
  boundMs?: number;
  /** A folder of its own for a copy that shortens the next start. Nothing is answered from it before the portal was heard. */
  folder?: string;
  /** Close on SIGTERM and SIGINT. Default true. */
  signals?: boolean;
};

/** READY answers by itself; the others do not (OpenFeature's names). FATAL: the credential has ended. */
export type VerifierState = "NOT_READY" | "READY" | "STALE" | "FATAL" | "CLOSED";

export type Question = {
  /** "write" against a list, "sms:send" against an object. */
  permission?: string;
  /** Credits the call is going to cost. Default 0. */
  cost?: number;
  secret?: string;
};

export type VerifyOptions = Question & {
  /** A `Latchkey-Change`: wait until it is known here (at most the bound), else ask the portal. */
  atLeast?: string;
  /** Ask the portal, for the one call that must not be two seconds old. */
  fresh?: boolean;
};

/** Where the answer is from, and how old what it stands on may be by the database's clock, in milliseconds. */
type Origin = { source: "memory" | "portal"; ageMs: number; stale?: true };

/** The names of POST /api/keys/verify. `credits` is null where memory answered: a replica does not know it. */
export type Verdict = Origin &
  (
    | {
        valid: true;
        code: "VALID";
        key_id: string;
        name: string;
        user_id: string;
        permissions: Permissions;
        credits: number | null;
        /** ISO 8601, UTC. */
        expires_at: string | null;
      }
    | {
        valid: false;
        code: RefusalCode | "UNAVAILABLE";
        reason: string;
        key_id?: string;
        /** Seconds, with UNAVAILABLE and RATE_LIMITED. */
        retry_after?: number;
      }
  );

/** One call served, of the key that a verdict named: the events of POST /usage. */
export type UsageEvent = { keyId: string; delta?: number; endpoint?: string; requestId?: string; ts?: number; id?: string };

export type VerifierStatus = {
  state: VerifierState;
  /** Null before anything was heard. */
  ageMs: number | null;
  mode: "stream" | "poll" | "none";
  keys: number;
  owners: number;
  epoch: string | null;
  cursor: string | null;
  onStale: StalePolicy;
  boundMs: number;
  /** Credentials whose digest the portal does not know. */
  unsealed: number | null;
  /** The same by the form of a credential. Spelled out: the feed's own type would bring all of its words into the package. */
  unsealedByForm: Record<"mf_live" | "datazag" | "foreign", number> | null;
  /** Usage that is not reported yet. */
  unreported: number;
  /** The last thing that went wrong, as a sentence. */
  trouble: string | null;
};

export type VerifierEvents = {
  ready: () => void;
  stale: () => void;
  fatal: (reason: string) => void;
  /** A round was applied that narrowed what is accepted. */
  narrowed: (keyIds: readonly string[]) => void;
  /** Something failed that is tried again. */
  trouble: (reason: string) => void;
};

export type Verifier = {
  /** Resolves once it answers by itself; rejects after `timeoutMs` (default 30,000) or when FATAL. */
  ready(timeoutMs?: number): Promise<void>;
  /** From memory alone, at once; UNAVAILABLE where that may not answer. */
  check(credential: string, question?: Question): Verdict;
  /** From memory where it can, else the portal, by the policy. Never rejects. */
  verify(credential: string, options?: VerifyOptions): Promise<Verdict>;
  /** Counted later, in batches; each event once. False when no more are kept (1,000,000). */
  report(event: UsageEvent): boolean;
  status(): VerifierStatus;
  on<Name extends keyof VerifierEvents>(name: Name, listener: VerifierEvents[Name]): () => void;
  /** Reports what is left (at most 5 s) and says goodbye. */
  close(): Promise<void>;
};

export type CreateVerifier = (options?: VerifierOptions) => Verifier;
