import { MAX_DELTA, MAX_UNREPORTED, UUID } from "./limits";
import type { UsageEvent } from "./types";
import { ask, objectOf, type World } from "./world";

const MAX_EVENTS = 1_000;
const MAX_BYTES = 900 * 1024;
const [EVERY_MS, FIRST_MS] = [1_000, 50];
const TIMEOUT_MS = 10_000;
const [BACKOFF_MS, MAX_BACKOFF_MS, REFUSED_MS] = [500, 10_000, 30_000];
/** Of keys whose first call was reported: their owners wait for no other. */
const MAX_SEEN = 10_000;

/** Calls that were served, until the portal has counted them: each has an id, so that it counts once however often it is sent. */
export class Usage {
  /** As they are sent. What was counted is taken off in parts: the rest does not move each time. */
  private waiting: string[] = [];
  private done = 0;
  private seen = new Set<string>();
  private cancel: (() => void) | null = null;
  private dueAt = Number.POSITIVE_INFINITY;
  private flight: Promise<void> | null = null;
  private failures = 0;
  private size = MAX_EVENTS;
  private isClosing = false;
  /** Whether a first call waits for the report that is under way to end. */
  private isUrgent = false;

  constructor(
    private readonly world: World,
    /** By the database's clock, as far as it is known. */
    private readonly now: () => number,
    private readonly trouble: (reason: string) => void,
  ) {}

  get unreported(): number {
    return this.waiting.length - this.done;
  }

  report({ keyId, delta = 0, endpoint, requestId, ts, id }: UsageEvent): boolean {
    if (this.unreported >= MAX_UNREPORTED) return false;
    if (typeof keyId !== "string" || !UUID.test(keyId) || !Number.isInteger(delta) || delta < 0 || delta > MAX_DELTA) {
      this.trouble("A call was not reported: its key's id or its cost is none.");
      return false;
    }
    const event = {
      id: id ?? this.world.uuid(),
      keyId,
      delta,
      ts: Math.floor(ts ?? this.now()),
      ...(endpoint !== undefined && { endpoint: endpoint.slice(0, 500) }),
      ...(requestId !== undefined && { requestId: requestId.slice(0, 255) }),
    };
    this.waiting.push(JSON.stringify(event));
    // The key's owner may be waiting for its first call.
    const isFirst = this.isFirst(keyId);
    this.isUrgent ||= isFirst;
    this.flushIn(isFirst ? FIRST_MS : EVERY_MS);
    return true;
  }

  /** Sends what is left, for so long. */
  async close(milliseconds: number): Promise<void> {
    this.isClosing = true;
    this.cancel?.();
    const end = this.world.monotonic() + milliseconds;
    const isLeft = () => this.unreported > 0 && this.world.monotonic() < end;
    let cancel = () => {};
    const late = new Promise<void>((resolve) => {
      cancel = this.world.after(milliseconds, resolve, true);
    });
    while (isLeft()) {
      const before = this.unreported;
      this.flight ??= this.send();
      await Promise.race([this.flight, late]);
      if (this.unreported >= before && isLeft())
        await new Promise<void>((resolve) => this.world.after(BACKOFF_MS, resolve, true));
    }
    cancel();
  }

  private isFirst(keyId: string): boolean {
    if (this.seen.has(keyId)) return false;
    if (this.seen.size >= MAX_SEEN) this.seen = new Set();
    this.seen.add(keyId);
    return true;
  }

  private flushIn(milliseconds: number): void {
    if (this.flight || this.isClosing) return;
    const at = this.world.monotonic() + milliseconds;
    // What failed waits its time.
    if (at >= this.dueAt || (this.failures > 0 && this.cancel)) return;
    this.cancel?.();
    this.dueAt = at;
    this.cancel = this.world.after(milliseconds, () => {
      this.cancel = null;
      this.dueAt = Number.POSITIVE_INFINITY;
      this.flight ??= this.send();
    });
  }

  private async send(): Promise<void> {
    let wait = EVERY_MS;
    this.isUrgent = false;
    try {
      wait = await this.sendOne();
    } catch {
      this.failures += 1;
      wait = this.backoff();
    }
    this.flight = null;
    if (this.unreported > 0) this.flushIn(this.isUrgent && this.failures === 0 ? Math.min(wait, FIRST_MS) : wait);
  }

  /** @returns when to go on */
  private async sendOne(): Promise<number> {
    const events = this.nextEvents();
    if (events.length === 0) return EVERY_MS;
    const body = `{"events":[${events.join(",")}]}`;
    const headers = { "x-idempotency-key": this.world.uuid() };
    const reply = await ask(this.world, { method: "POST", path: "/api/usage", text: body, headers }, { timeoutMs: TIMEOUT_MS });
    if (reply.status === 200) {
      this.takeOff(events.length);
      this.failures = 0;
      this.size = MAX_EVENTS;
      const { rejected } = objectOf(reply.body);
      if (Array.isArray(rejected) && rejected.length > 0)
        this.trouble(
          `The portal rejected ${rejected.length} reported calls: ${String(Object(rejected[0]).error).slice(0, 200)}.`,
        );
      return this.unreported >= MAX_EVENTS ? 0 : EVERY_MS;
    }
    this.failures += 1;
    if (reply.status === 400 || reply.status === 413) {
      // One of them is what it minds.
      if (events.length === 1) {
        this.takeOff(1);
        this.trouble("The portal does not take a reported call: it is left out.");
      }
      this.size = Math.max(1, Math.floor(events.length / 2));
      return BACKOFF_MS;
    }
    this.trouble(`The portal answered ${reply.status} to a report of usage.`);
    if (reply.status === 401 || reply.status === 403) return REFUSED_MS;
    return Math.max(reply.retryAfterMs ?? 0, this.backoff());
  }

  private nextEvents(): string[] {
    const events = this.waiting.slice(this.done, this.done + this.size);
    let bytes = 0;
    const tooMany = events.findIndex((event) => {
      // A character has three bytes at most here.
      bytes += event.length * 3 + 1;
      return bytes > MAX_BYTES;
    });
    return tooMany < 0 ? events : events.slice(0, Math.max(1, tooMany));
  }

  private takeOff(count: number): void {
    this.done += count;
    if (this.done < this.waiting.length && this.done < MAX_EVENTS * 10) return;
    this.waiting = this.waiting.slice(this.done);
    this.done = 0;
  }

  private backoff(): number {
    const longest = Math.min(MAX_BACKOFF_MS, BACKOFF_MS * 2 ** Math.min(this.failures, 10));
    return longest / 2 + (this.world.random() * longest) / 2;
  }
}
