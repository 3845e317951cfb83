import { createHash } from "node:crypto";
import { REFUSAL_CODES, type RefusalCode } from "@latchkey/rule/verdicts";
import type { Question, Verdict } from "./types";
import { unavailable } from "./unavailable";
import { ask, objectOf, type Reply, type World } from "./world";

const TIMEOUT_MS = 2_000;
/** A flood of made-up credentials must not become one at the portal. */
const [MAX_PER_SECOND, MAX_IN_FLIGHT] = [50, 50];
/** Of first calls, at a time: asking comes first. */
const MAX_TOLD = 5;
/** So long a credential that no key had is not asked about again; longer where every live one should be known here. */
const [MISS_MS, MISS_MS_ALL_KNOWN] = [2_000, 5_000];
const MAX_MISSES = 10_000;
/** What only people can mend is not asked for all the time. */
const REFUSED_MS = 30_000;

/** Asks the portal about single credentials: what is not known here, or must not be two seconds old. */
export class Asker {
  private readonly flights = new Map<string, { begunAt: number; verdict: Promise<Verdict> }>();
  /** By digest: when it was asked about. */
  private readonly misses = new Map<string, { at: number; verdict: Verdict }>();
  private allowed = MAX_PER_SECOND;
  private countedAt = 0;
  private refusedUntil = Number.NEGATIVE_INFINITY;
  private isRefused = false;
  /** Nobody else knows which digests these are of. */
  private readonly salt: string;

  constructor(
    private readonly world: World,
    private readonly knowsAll: (credential: string) => boolean,
    private readonly boundMs: number,
    private readonly trouble: (reason: string) => void,
  ) {
    this.salt = world.uuid();
  }

  /** The portal's word; UNAVAILABLE where it does not come. Never rejects. */
  verify(credential: string, question: Question, isFresh = false): Promise<Verdict> {
    const digest = this.digest(credential);
    const missed = isFresh ? undefined : this.missed(credential, digest);
    if (missed) return Promise.resolve(missed);
    const { permission = "", cost = 0, secret } = question;
    const flight = [digest, cost, secret === undefined ? "" : this.digest(secret), permission].join(" ");
    const now = this.world.monotonic();
    // One that is under way may have been answered when it began, and be read late where this process stood still.
    const underWay = isFresh ? undefined : this.flights.get(flight);
    if (underWay && now - underWay.begunAt <= this.boundMs) return underWay.verdict;
    if (now < this.refusedUntil) return Promise.resolve(unavailable("The service may not ask about keys.", { retryAfter: 30 }));
    if (this.flights.size >= MAX_IN_FLIGHT || !this.take(now))
      return Promise.resolve(unavailable("Too many keys have to be asked about at once."));
    const verdict = this.ask(credential, question, digest).finally(() => {
      if (this.flights.get(flight)?.verdict === verdict) this.flights.delete(flight);
    });
    this.flights.set(flight, { begunAt: now, verdict });
    return verdict;
  }

  /**
   * Has the portal count a call that was let in here: whoever made the key may be waiting for its first. Nobody waits for
   * this, and where much is asked already, or the service may not, it is left.
   */
  tellFirst(credential: string): void {
    if (this.isRefused || this.flights.size >= MAX_TOLD) return;
    this.world.after(0, () => void this.verify(credential, {}, true));
  }

  private async ask(key: string, { permission, cost = 0, secret }: Question, digest: string): Promise<Verdict> {
    const body = { key, cost, ...(permission !== undefined && { permission }), ...(secret !== undefined && { secret }) };
    try {
      const reply = await ask(this.world, { method: "POST", path: "/api/keys/verify", body }, { timeoutMs: TIMEOUT_MS });
      const verdict = reply.status === 200 ? readVerdict(objectOf(reply.body)) : null;
      if (!verdict) return this.refused(reply);
      this.isRefused = false;
      if (verdict.code === "NOT_FOUND") this.noteMiss(digest, verdict);
      return verdict;
    } catch {
      return unavailable("The portal cannot be reached.");
    }
  }

  private refused({ status, retryAfterMs }: Reply): Verdict {
    if (status === 401 || status === 403) {
      this.isRefused = true;
      this.refusedUntil = this.world.monotonic() + REFUSED_MS;
      this.trouble("The portal does not let the service ask about keys: it lacks the scope verify, or has ended.");
    }
    return unavailable("The portal did not answer.", { retryAfter: Math.max(1, Math.ceil((retryAfterMs ?? 0) / 1_000)) });
  }

  private missed(credential: string, digest: string): Verdict | null {
    const miss = this.misses.get(digest);
    if (!miss) return null;
    const ageMs = this.world.monotonic() - miss.at;
    if (ageMs > (this.knowsAll(credential) ? MISS_MS_ALL_KNOWN : MISS_MS)) return null;
    return { ...miss.verdict, ageMs };
  }

  private noteMiss(digest: string, verdict: Verdict): void {
    this.misses.delete(digest);
    this.misses.set(digest, { at: this.world.monotonic(), verdict });
    const [oldest] = this.misses.keys();
    if (this.misses.size > MAX_MISSES && oldest !== undefined) this.misses.delete(oldest);
  }

  private take(now: number): boolean {
    const more = ((now - this.countedAt) / 1_000) * MAX_PER_SECOND;
    this.allowed = Math.min(MAX_PER_SECOND, this.allowed + more);
    this.countedAt = now;
    if (this.allowed < 1) return false;
    this.allowed -= 1;
    return true;
  }

  private digest(text: string): string {
    return createHash("sha256")
      .update(this.salt + text)
      .digest("base64url");
  }
}

const CODES: ReadonlySet<unknown> = new Set(REFUSAL_CODES);

/** Null for what is no verdict: nothing is accepted by it. */
function readVerdict(answer: Record<string, unknown>): Verdict | null {
  const { valid, code, key_id, name, user_id, permissions, credits, expires_at, reason, retry_after } = answer;
  const origin = { source: "portal", ageMs: 0 } as const;
  if (valid === true && code === "VALID") {
    const isWhole = [key_id, name, user_id].every((text) => typeof text === "string") && Object(permissions) === permissions;
    if (!isWhole) return null;
    return {
      ...origin,
      valid,
      code,
      key_id: String(key_id),
      name: String(name),
      user_id: String(user_id),
      permissions: permissions as string[],
      credits: typeof credits === "number" ? credits : null,
      expires_at: typeof expires_at === "string" ? expires_at : null,
    };
  }
  if (valid !== false || !CODES.has(code)) return null;
  return {
    ...origin,
    valid,
    code: code as RefusalCode,
    reason: String(reason),
    ...(typeof key_id === "string" && { key_id }),
    ...(typeof retry_after === "number" && { retry_after }),
  };
}
