import { isVisible } from "@latchkey/rule/cursors";
import { Asker } from "./ask";
import { Client, type ClientOptions } from "./client";
import { Copy, type Files } from "./copy";
import { Freshness } from "./freshness";
import { judge, type Moment, refuseMalformed } from "./judge";
import { type Applied, Replica } from "./replica";
import type {
  Question,
  UsageEvent,
  Verdict,
  Verifier,
  VerifierEvents,
  VerifierState,
  VerifierStatus,
  VerifyOptions,
} from "./types";
import { unavailable } from "./unavailable";
import { Usage } from "./usage";
import type { World } from "./world";

const READY_TIMEOUT_MS = 30_000;
/** So long a call waits for a frame: a process that stood still has one coming. */
const PATIENCE_MS = 150;
const REPORT_MS = 5_000;
const CHANGE = /^\d{1,18}\.(\d{1,20})$/;

/** What it is made of; tests put others in. */
export type Parts = { freshness: Freshness; replica: Replica };
/** Where what is known is kept, and under what. */
export type Storage = { files: Files; credential: string };

export class LocalVerifier implements Verifier {
  private readonly freshness: Freshness;
  private readonly replica: Replica;
  private readonly client: Client;
  private readonly asker: Asker;
  private readonly usage: Usage;
  private readonly copy: Copy | null;
  private readonly listeners = new Map<keyof VerifierEvents, Set<(...given: never[]) => void>>();
  private readonly waiting = new Set<() => void>();
  private last: VerifierState = "NOT_READY";
  private lastTrouble: string | null = null;
  private serveForMs = 0;
  private readonly now: Moment = { ageMs: 0, now: 0, isStale: false };
  private fatal: string | null = null;
  private closing: Promise<void> | null = null;

  constructor(
    private readonly world: World,
    private readonly options: ClientOptions,
    { freshness = new Freshness(world, options.boundMs), replica = new Replica(freshness) }: Partial<Parts> = {},
    storage: Storage | null = null,
  ) {
    this.freshness = freshness;
    this.replica = replica;
    const trouble = (reason: string) => this.noteTrouble(reason);
    this.asker = new Asker(world, (credential) => replica.knowsAll(credential), options.boundMs, trouble);
    replica.firstUsed = (credential) => this.asker.tellFirst(credential);
    this.usage = new Usage(world, () => freshness.databaseNow() ?? world.wall(), trouble);
    this.client = new Client(world, replica, freshness, options, {
      state: () => this.state(),
      opened: (session) => {
        this.serveForMs = options.onStale === "serve" ? session.serveForMs : 0;
        if (options.onStale === "serve" && session.serveForMs === 0)
          trouble("The portal does not sign that this service may serve what is stale.");
      },
      applied: (applied) => this.noteApplied(applied),
      changed: () => this.noteState(),
      fatal: (reason) => {
        this.fatal = reason;
        this.noteState();
        this.emit("fatal", reason);
      },
      trouble,
    });
    this.copy = storage && new Copy(world, storage.files, storage.credential, replica, trouble);
    void this.start();
  }

  private async start(): Promise<void> {
    await this.copy?.load();
    if (this.closing) return;
    this.copy?.start();
    this.client.start();
  }

  async ready(timeoutMs = READY_TIMEOUT_MS): Promise<void> {
    const end = this.world.monotonic() + timeoutMs;
    for (;;) {
      const state = this.state();
      if (state === "READY") return;
      if (state === "FATAL" || state === "CLOSED") throw new Error(this.fatal ?? "The verifier is closed.");
      const left = end - this.world.monotonic();
      if (left <= 0) throw new Error(`The verifier is not ready after ${timeoutMs} ms. ${this.lastTrouble ?? ""}`.trim());
      await this.change(left);
    }
  }

  check(credential: string, question: Question = {}): Verdict {
    const moment = this.moment();
    if (!moment) return this.notNow();
    return (
      judge(this.replica, credential, question, moment) ?? unavailable("The key is not known here.", { ageMs: moment.ageMs })
    );
  }

  async verify(credential: string, options: VerifyOptions = {}): Promise<Verdict> {
    const { atLeast, fresh } = options;
    if (this.closing || this.fatal !== null) return this.notNow();
    const atOnce = fresh !== true && atLeast === undefined ? this.moment() : null;
    if (atOnce) return judge(this.replica, credential, options, atOnce) ?? this.asker.verify(credential, options);
    const malformed = refuseMalformed(credential, { ageMs: 0, now: 0, isStale: false });
    if (malformed) return malformed;
    if (fresh || (atLeast !== undefined && !(await this.reaches(atLeast)))) return this.asker.verify(credential, options, true);
    if (!this.moment()) await this.untilFresh();
    const moment = this.moment();
    if (!moment && this.replica.cursor && this.options.onStale === "refuse") return this.notNow();
    const verdict = moment && judge(this.replica, credential, options, moment);
    return verdict ?? this.asker.verify(credential, options);
  }

  report(event: UsageEvent): boolean {
    return this.closing ? false : this.usage.report(event);
  }

  status(): VerifierStatus {
    const { replica, options, client } = this;
    const ageMs = this.freshness.ageMs();
    return {
      state: this.state(),
      ageMs: Number.isFinite(ageMs) ? ageMs : null,
      mode: client.mode,
      keys: replica.table.keys,
      owners: replica.table.owners,
      epoch: replica.epoch,
      cursor: replica.cursorText,
      onStale: options.onStale,
      boundMs: options.boundMs,
      unsealed: replica.unsealed,
      unsealedByForm: replica.unsealedByForm,
      unreported: this.usage.unreported,
      trouble: this.lastTrouble,
    };
  }

  on<Name extends keyof VerifierEvents>(name: Name, listener: VerifierEvents[Name]): () => void {
    const listeners = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    await Promise.resolve();
    this.noteState();
    this.copy?.close();
    await this.usage.close(REPORT_MS);
    await this.client.close();
  }

  private state(): VerifierState {
    if (this.closing) return "CLOSED";
    if (this.fatal !== null) return "FATAL";
    if (!this.replica.cursor) return "NOT_READY";
    return this.freshness.isFresh() ? "READY" : "STALE";
  }

  /** By what may be answered from memory now, and only now; null where nothing may. */
  private moment(): Moment | null {
    const { freshness } = this;
    if (!this.replica.cursor || this.closing || this.fatal !== null) return null;
    const isStale = !freshness.isFresh();
    const ageMs = freshness.knownAgeThen();
    if (isStale && (this.serveForMs === 0 || ageMs > this.options.boundMs + this.serveForMs)) return null;
    this.now.ageMs = ageMs;
    this.now.now = freshness.databaseThen();
    this.now.isStale = isStale;
    return this.now;
  }

  private async untilFresh(): Promise<void> {
    const end = this.world.monotonic() + PATIENCE_MS;
    for (;;) {
      const left = end - this.world.monotonic();
      if (!this.replica.cursor || left <= 0 || this.moment()) return;
      await this.change(left);
    }
  }

  /** Whether a change is known here, at the latest when what is known would be too old anyway. */
  private async reaches(change: string): Promise<boolean> {
    const xid = CHANGE.exec(String(change))?.[1];
    if (xid === undefined) return false;
    const end = this.world.monotonic() + this.options.boundMs;
    for (;;) {
      const { cursor } = this.replica;
      if (cursor && isVisible(cursor, BigInt(xid))) return true;
      const left = end - this.world.monotonic();
      if (left <= 0 || this.closing || this.fatal !== null) return false;
      await this.change(left);
    }
  }

  private notNow(): Verdict {
    const state = this.state();
    const ageMs = this.freshness.ageMs();
    if (state === "CLOSED") return unavailable("The verifier is closed.", { ageMs });
    if (state === "FATAL") return unavailable("The service's credential has ended.", { ageMs, retryAfter: 30 });
    return unavailable(state === "NOT_READY" ? "Keys are not known here yet." : "What is known of keys is too old.", { ageMs });
  }

  /** The next one, or after so long. */
  private change(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        this.waiting.delete(done);
        resolve();
      };
      const cancel = this.world.after(milliseconds, done, true);
      this.waiting.add(done);
    });
  }

  private noteApplied({ hasNarrowed, narrowed }: Applied): void {
    if (hasNarrowed) this.emit("narrowed", narrowed);
    for (const done of [...this.waiting]) done();
  }

  private noteState(): void {
    const state = this.state();
    if (state === this.last) return;
    const was = this.last;
    this.last = state;
    if (state === "READY") this.emit("ready");
    // Also from what it was before it had to begin anew.
    else if (was === "READY" && state !== "CLOSED" && state !== "FATAL") this.emit("stale");
    for (const done of [...this.waiting]) done();
  }

  private noteTrouble(reason: string): void {
    this.lastTrouble = reason;
    this.emit("trouble", reason);
  }

  private emit<Name extends keyof VerifierEvents>(name: Name, ...given: Parameters<VerifierEvents[Name]>): void {
    for (const listener of this.listeners.get(name) ?? []) {
      try {
        (listener as (...given: unknown[]) => void)(...given);
      } catch {
        // What a listener throws is none of the feed's failures.
      }
    }
  }
}
