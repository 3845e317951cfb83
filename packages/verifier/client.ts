import type { ResetLine, SnapshotList, StateLine } from "@latchkey/rule/feed";
import type { Freshness } from "./freshness";
import { type Applied, parsed, type Replica } from "./replica";
import { type Heard, linesOfPage, NotBelieved, RoundReader } from "./round";
import { readSession, readTime, type Session } from "./session";
import type { StalePolicy, VerifierState } from "./types";
import { ask, objectOf, type Reply, retryAfterOf, type World } from "./world";

export const VERSION = "0.1.0";

const TICK_MS = 100;
/** A stream that says nothing for so long gets a second one beside it, and a chance more, so that not all do so at once. */
const SILENT_MS = 700;
const SILENT_JITTER_MS = 400;
const DEAD_MS = 1_300;
/** Without a word by then, something in between holds lines back. */
const HELLO_MS = 1_000;
const POLL_MS = 400;
const POLL_TIMEOUT_MS = 1_500;
/** After so long of polling a stream is tried again. */
const STREAM_AGAIN_MS = 30_000;
const ACK_MS = 2_000;
const ACK_TIMEOUT_MS = 2_000;
/** Thousands of processes apply the same change at once. */
const ACK_SPREAD_MS = 250;
const SESSION_TIMEOUT_MS = 15_000;
const [PAGE_TIMEOUT_MS, PAGE_SILENT_MS] = [60_000, 5_000];
const MAX_PAGE_BYTES = 32 * 1024 * 1024;
const PAGES_AHEAD = 2;
const [BACKOFF_MS, MAX_BACKOFF_MS] = [100, 5_000];
/** What only people can mend. */
const REFUSED_MS = 30_000;
const RESET_SPREAD_MS = 500;
/** Thousands of processes are told of the same; the portal makes one snapshot for all. */
const [RENEW_SPREAD_MS, RENEW_AGAIN_MS] = [1_000, 2_000];
/** So far the portal's clock may be from the database's for its word that the credential has ended to count. */
const REVOKED_WITHIN_MS = 5 * 60_000;
const GOODBYE_MS = 2_000;
/** So many streams in a row that cannot be believed, and the session is opened anew: keys change. */
const MAX_DOUBTS = 2;

export type ClientOptions = { feedKey: string; instance: string; onStale: StalePolicy; boundMs: number };

/** What the client tells whoever made it. */
export type ClientEvents = {
  state(): VerifierState;
  opened(session: Session): void;
  applied(applied: Applied): void;
  changed(): void;
  fatal(reason: string): void;
  trouble(reason: string): void;
};

type Stream = { stop: AbortController; openedAt: number; heardAt: number; hasSpoken: boolean; isLeaving: boolean };

/** The session cannot go on: begin another. */
class Over extends Error {}

/** Follows the feed, from a session to the next, until it is closed or the credential has ended. */
export class Client {
  mode: "stream" | "poll" | "none" = "none";
  private session: Session | null = null;
  private readonly streams = new Set<Stream>();
  private readonly stopped = new AbortController();
  private end: (() => void) | null = null;
  private failures = 0;
  private doubts = 0;
  private retryAt = 0;
  private streamAgainAt = 0;
  private nextAckAt = 0;
  private isAcking = false;
  private isPolling = false;
  private isRenewing = false;
  private renewAt = 0;
  private hasNarrowed = false;
  private silentMs = SILENT_MS;
  private tickedAt = 0;
  private cancelTick = () => {};

  constructor(
    private readonly world: World,
    private readonly replica: Replica,
    private readonly freshness: Freshness,
    private readonly options: ClientOptions,
    private readonly events: ClientEvents,
  ) {}

  start(): void {
    this.tickedAt = this.world.monotonic();
    this.tick();
    void this.run();
  }

  /** Says goodbye, where there is a session. */
  async close(): Promise<void> {
    if (this.isStopped()) return;
    const { session } = this;
    this.stopped.abort();
    this.leave();
    this.cancelTick();
    if (session) await this.sendAck(session, "final").catch(() => {});
  }

  private isStopped(): boolean {
    return this.stopped.signal.aborted;
  }

  private async run(): Promise<void> {
    while (!this.isStopped()) {
      try {
        const session = await this.begin();
        if (!session) continue;
        this.failures = 0;
        await this.follow(session);
      } catch (error) {
        if (this.isStopped()) return;
        if (!(error instanceof Over)) this.events.trouble(sentenceOf(error));
        await this.pause(this.backoff(error));
      }
    }
  }

  /** Null: ask again. */
  private async begin(): Promise<Session | null> {
    const { replica, freshness, options } = this;
    const have =
      replica.cursorText !== null && replica.epoch !== null ? { epoch: replica.epoch, cursor: replica.cursorText } : undefined;
    const session = await this.open(have);
    if (!session) return null;
    freshness.setBound(Math.min(options.boundMs, session.boundMs));
    this.events.opened(session);
    if (session.snapshot) await this.load(session);
    else if (!have || session.epoch !== have.epoch) throw new NotBelieved("The portal goes on with what is not known here.");
    return session;
  }

  private async open(have?: { epoch: string; cursor: string }): Promise<Session | null> {
    const { world, options } = this;
    const nonce = world.uuid();
    const sentAt = world.monotonic();
    const { instance, onStale, boundMs } = options;
    const body = { instance, version: VERSION, on_stale: onStale, bound_ms: boundMs, nonce, ...(have && { have }) };
    const request = { method: "POST", path: "/api/verifier/sessions", body, isApart: this.failures > 0 } as const;
    const reply = await ask(world, request, { timeoutMs: SESSION_TIMEOUT_MS, signal: this.stopped.signal });
    if (reply.status === 202) {
      await this.pause(reply.retryAfterMs ?? 1_000);
      return null;
    }
    if (reply.status !== 201) throw new Refused(reply);
    const session = readSession(objectOf(reply.body), options.feedKey, nonce, world);
    this.freshness.addSample(sentAt, session.time.now);
    return session;
  }

  private async load({ snapshot: list, salt }: Session): Promise<void> {
    const { replica } = this;
    if (!list) return;
    replica.begin(list, salt);
    this.events.changed();
    for await (const lines of this.statesOf(list)) replica.addPage(lines);
    replica.complete(list.cursor);
    this.events.changed();
  }

  private async *statesOf(list: SnapshotList): AsyncGenerator<StateLine[]> {
    const pages: Promise<Uint8Array>[] = [];
    const fetchPage = (place: number) => {
      const sha256 = list.pages[place];
      if (sha256 === undefined) return;
      const page = this.fetchPage(sha256);
      // Whoever waits for it is told; nobody may.
      page.catch(() => {});
      pages[place] = page;
    };
    for (let place = 0; place < PAGES_AHEAD; place += 1) fetchPage(place);
    for (const [place, sha256] of list.pages.entries()) {
      fetchPage(place + PAGES_AHEAD);
      const page = await pages[place];
      delete pages[place];
      if (page) yield linesOfPage(page, sha256);
      if (this.isStopped()) throw new Over();
    }
  }

  /** Learns beside the stream how those are that it was only told to have changed. */
  private async renew(): Promise<void> {
    const { replica } = this;
    const { table } = replica;
    this.isRenewing = true;
    try {
      const session = await this.open();
      // Its snapshot is read without it, and receipts count sessions. Where ending fails, it ends by itself after a while.
      if (session) await this.sendAck(session, "aside").catch(() => {});
      if (!session?.snapshot || session.epoch !== replica.epoch) return;
      const cursor = parsed(session.snapshot.cursor);
      for await (const lines of this.statesOf(session.snapshot)) {
        // It began anew meanwhile, or more has changed than this snapshot knows of.
        if (replica.table !== table || !replica.relearn(lines, cursor)) return;
      }
      replica.caughtUp(cursor);
    } catch (error) {
      if (!this.isStopped() && !(error instanceof Over)) this.events.trouble(sentenceOf(error));
    } finally {
      this.isRenewing = false;
      this.renewAt = this.world.monotonic() + RENEW_AGAIN_MS * (1 + this.world.random());
    }
  }

  private async fetchPage(sha256: string): Promise<Uint8Array> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const reply = await ask(
          this.world,
          { method: "GET", path: `/api/verifier/snapshot/${sha256}`, isApart: attempt > 1 },
          { timeoutMs: PAGE_TIMEOUT_MS, silentMs: PAGE_SILENT_MS, maxBytes: MAX_PAGE_BYTES, signal: this.stopped.signal },
        );
        // It may be of a snapshot that has gone meanwhile.
        if (reply.status !== 200) throw new Refused(reply);
        return await this.world.unzip(reply.body);
      } catch (error) {
        if (attempt >= 3 || this.isStopped() || (error instanceof Refused && error.reply.status < 500)) throw error;
        await this.pause(this.world.random() * BACKOFF_MS * 2 ** attempt);
      }
    }
  }

  /** Until the session is over. */
  private async follow(session: Session): Promise<void> {
    this.session = session;
    this.mode = "none";
    this.doubts = 0;
    this.retryAt = 0;
    // The session may have taken long to open, and what time it is then is not known well.
    this.nextAckAt = this.world.monotonic() + ACK_SPREAD_MS * this.world.random();
    const over = new Promise<void>((resolve) => {
      this.end = resolve;
    });
    this.connect(session);
    await over;
    this.leave();
    if (!this.isStopped()) throw new Over();
  }

  private leave(): void {
    const { end } = this;
    this.end = null;
    this.session = null;
    this.mode = "none";
    for (const stream of this.streams) this.drop(stream);
    end?.();
  }

  private tick(): void {
    if (this.isStopped()) return;
    this.cancelTick = this.world.after(TICK_MS, () => this.tick());
    const now = this.world.monotonic();
    // Where this process stood still, what has come meanwhile is not read yet.
    const stoodStill = now - this.tickedAt > TICK_MS * 4;
    this.tickedAt = now;
    this.events.changed();
    const { session } = this;
    if (!session) return;
    if (!stoodStill) this.watch(session, now);
    if (this.mode === "poll") {
      if (now >= this.streamAgainAt && this.streams.size === 0) {
        this.streamAgainAt = now + STREAM_AGAIN_MS;
        this.connect(session);
      }
    } else if (this.streams.size === 0 && now >= this.retryAt) this.connect(session);
    if (this.replica.lacksFrom && !this.isRenewing && now >= this.renewAt) void this.renew();
    if (now >= this.nextAckAt || (this.freshness.needsSample() && now >= this.nextAckAt - ACK_MS + TICK_MS))
      this.acknowledge(session);
  }

  private watch(session: Session, now: number): void {
    for (const stream of this.streams) {
      const silent = now - stream.heardAt;
      if (!stream.hasSpoken && now - stream.openedAt >= HELLO_MS) {
        this.drop(stream);
        this.poll(session);
      } else if (stream.hasSpoken && silent >= DEAD_MS) this.drop(stream);
      else if (stream.hasSpoken && silent >= this.silentMs && this.streams.size === 1 && now >= this.retryAt) {
        this.silentMs = SILENT_MS + this.world.random() * SILENT_JITTER_MS;
        this.connect(session);
        // Where it is the portal that has nothing to say, more of them would not help it.
        this.retryAt = now + this.backoff(null);
      }
    }
  }

  private connect(session: Session): void {
    const now = this.world.monotonic();
    const stream: Stream = { stop: new AbortController(), openedAt: now, heardAt: now, hasSpoken: false, isLeaving: false };
    this.streams.add(stream);
    void this.read(session, stream).catch((error: unknown) => this.failed(session, stream, error));
  }

  private drop(stream: Stream): void {
    this.streams.delete(stream);
    stream.stop.abort();
  }

  private async read(session: Session, stream: Stream): Promise<void> {
    const { world, replica } = this;
    const body = { session: session.id, token: session.token, epoch: session.epoch, cursor: replica.cursorText };
    const answer = await world.send({
      method: "POST",
      path: "/api/verifier/feed",
      body,
      isApart: true,
      signal: stream.stop.signal,
    });
    if (answer.status !== 200)
      throw new Refused({ status: answer.status, retryAfterMs: retryAfterOf(answer), body: new Uint8Array() });
    const reader = this.readerOf(session);
    for await (const chunk of answer.chunks) {
      if (!this.streams.has(stream)) return;
      stream.heardAt = world.monotonic();
      for (const heard of reader.read(chunk)) {
        if (!this.streams.has(stream)) return;
        this.hear(session, stream, heard);
      }
    }
    throw new Error("The stream of the feed has ended.");
  }

  private readerOf(session: Session): RoundReader {
    return new RoundReader({ epoch: session.epoch, history: this.replica.history, isSigned: session.isSigned });
  }

  private hear(session: Session, stream: Stream, heard: Heard): void {
    if (heard.t === "bye") {
      if (!stream.isLeaving) this.connect(session);
      stream.isLeaving = true;
    } else if (heard.t === "reset") this.reset(heard, session);
    else if (heard.t === "hello") stream.hasSpoken = true;
    else if (heard.t === "round") {
      stream.hasSpoken = true;
      this.apply(heard);
      this.failures = 0;
      this.mode = "stream";
      // This one speaks: those before it are not needed any more.
      for (const other of this.streams) {
        if (other === stream) break;
        this.drop(other);
      }
    }
  }

  /** @throws NotBelieved */
  private apply(round: Extract<Heard, { t: "round" }>): void {
    const applied = this.applied(round);
    if (!applied) throw new NotBelieved("A round of the feed begins after what is known.");
    this.doubts = 0;
    this.events.applied(applied);
    this.events.changed();
    if (!applied.hasNarrowed) return;
    this.hasNarrowed = true;
    if (this.replica.lacksFrom && !this.isRenewing)
      this.renewAt = Math.max(this.renewAt, this.world.monotonic() + this.world.random() * RENEW_SPREAD_MS);
    this.nextAckAt = Math.min(this.nextAckAt, this.world.monotonic() + this.world.random() * ACK_SPREAD_MS);
  }

  private applied(round: Extract<Heard, { t: "round" }>): Applied | null {
    try {
      return this.replica.apply(round);
    } catch (error) {
      // What is half applied is no state.
      if (!(error instanceof NotBelieved)) this.replica.forget();
      throw error;
    }
  }

  private reset({ reason, epoch, as_of: asOf }: ResetLine, session: Session): void {
    const now = this.freshness.databaseNow();
    const isNow = now !== null && Math.abs(now - asOf) <= REVOKED_WITHIN_MS;
    this.replica.forget();
    this.events.changed();
    if (reason === "revoked" && epoch === session.epoch && isNow) {
      this.stopped.abort();
      this.cancelTick();
      this.events.fatal("The service's credential has ended.");
    } else this.events.trouble(`The feed begins anew (${reason}).`);
    this.leave();
  }

  private failed(session: Session, stream: Stream, error: unknown): void {
    const wasWanted = this.streams.has(stream);
    this.drop(stream);
    if (!wasWanted || this.session !== session) return;
    if (!stream.isLeaving) this.events.trouble(sentenceOf(error));
    if (this.endsSession(error)) return;
    if (this.streams.size === 0) {
      // At once the first time.
      const isFirst = this.failures === 0 && stream.hasSpoken && !(error instanceof NotBelieved);
      this.retryAt = this.world.monotonic() + (isFirst ? 0 : this.backoff(error));
      if (isFirst) this.failures += 1;
      if (isFirst) this.connect(session);
    }
  }

  /** Leaves a session that the portal does not know, that goes on from nothing, or that cannot be believed. */
  private endsSession(error: unknown): boolean {
    if (error instanceof NotBelieved) this.doubts += 1;
    const isUnknown = error instanceof Refused && isOfNoSession(error.reply);
    if (!isUnknown && this.replica.cursor && this.doubts < MAX_DOUBTS) return false;
    this.failures += 1;
    this.leave();
    return true;
  }

  private poll(session: Session): void {
    if (this.isPolling || this.session !== session) return;
    this.isPolling = true;
    this.streamAgainAt = this.world.monotonic() + STREAM_AGAIN_MS;
    this.mode = "poll";
    void this.pollOn(session).finally(() => {
      this.isPolling = false;
    });
  }

  private async pollOn(session: Session): Promise<void> {
    const isOn = () => this.session === session && this.mode === "poll";
    while (isOn()) {
      const sentAt = this.world.monotonic();
      let wait = POLL_MS;
      try {
        await this.pollOnce(session, sentAt);
        this.failures = 0;
      } catch (error) {
        if (!isOn()) return;
        this.events.trouble(sentenceOf(error));
        if (this.endsSession(error)) return;
        wait = Math.max(POLL_MS, this.backoff(error));
      }
      await this.pause(Math.max(0, sentAt + wait - this.world.monotonic()));
    }
  }

  private async pollOnce(session: Session, sentAt: number): Promise<void> {
    const nonce = this.world.uuid();
    const { id, token, epoch } = session;
    const body = { session: id, token, epoch, cursor: this.replica.cursorText, wait: 0, nonce };
    const request = { method: "POST", path: "/api/verifier/feed", body, isApart: this.failures > 0 } as const;
    const given = { timeoutMs: POLL_TIMEOUT_MS, maxBytes: MAX_PAGE_BYTES * 4, signal: this.stopped.signal };
    const reply = await ask(this.world, request, given);
    if (reply.status !== 200) throw new Refused(reply);
    if (this.session !== session) return;
    for (const heard of this.readerOf(session).read(reply.body)) {
      if (heard.t === "time") this.freshness.addSample(sentAt, readTime(heard, session, nonce).now);
      else if (heard.t === "round") this.apply(heard);
      else if (heard.t === "reset") {
        this.reset(heard, session);
        return;
      }
    }
  }

  private acknowledge(session: Session): void {
    const { world } = this;
    if (this.isAcking) return;
    this.isAcking = true;
    this.nextAckAt = world.monotonic() + ACK_MS;
    void this.sendAck(session)
      .then((reply) => {
        if (this.session === session && isOfNoSession(reply)) this.leave();
      })
      .catch((error: unknown) => this.events.trouble(sentenceOf(error)))
      .finally(() => {
        this.isAcking = false;
      });
  }

  /** "final": this process ends; "aside": only a session beside its own does. */
  private async sendAck(session: Session, end?: "final" | "aside"): Promise<Reply> {
    const { world, replica, freshness } = this;
    const nonce = world.uuid();
    const sentAt = world.monotonic();
    const applied = end !== "aside" && this.hasNarrowed && replica.cursorText !== null;
    const state = this.events.state();
    if (applied) this.hasNarrowed = false;
    const { id, token, epoch } = session;
    const body = {
      ...{ session: id, token, epoch, cursor: replica.cursorText, as_of: freshness.asOfMs(), keys: replica.table.keys, nonce },
      ...{ state: state === "CLOSED" ? "STALE" : state, applied, final: end !== undefined },
    };
    try {
      const timeoutMs = end === "final" ? GOODBYE_MS : ACK_TIMEOUT_MS;
      const reply = await ask(world, { method: "POST", path: "/api/verifier/acks", body }, { timeoutMs });
      if (reply.status !== 200) throw new Refused(reply);
      freshness.addSample(sentAt, readTime(objectOf(reply.body).time, session, nonce).now);
      this.events.changed();
      return reply;
    } catch (error) {
      this.hasNarrowed ||= applied;
      if (error instanceof Refused && isOfNoSession(error.reply)) return error.reply;
      throw error;
    }
  }

  private backoff(error: unknown): number {
    if (error instanceof Over && this.failures === 0) return this.world.random() * RESET_SPREAD_MS;
    const longest = Math.min(MAX_BACKOFF_MS, BACKOFF_MS * 2 ** this.failures);
    this.failures = Math.min(this.failures + 1, 30);
    if (error instanceof Refused) {
      const { status, retryAfterMs } = error.reply;
      if (retryAfterMs !== null) return retryAfterMs + this.world.random() * 1_000;
      // The session itself is refused: nobody but people can mend that.
      if (status === 401 || status === 403 || status === 400) return REFUSED_MS;
    }
    return this.world.random() * longest;
  }

  private pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.world.after(milliseconds, done);
      const { signal } = this.stopped;
      function done() {
        cancel();
        signal.removeEventListener("abort", done);
        resolve();
      }
      signal.addEventListener("abort", done, { once: true });
    });
  }
}

/** The portal answered, with something else. */
class Refused extends Error {
  constructor(readonly reply: Reply) {
    super(sentenceOfRefusal(reply));
  }
}

function isOfNoSession({ status }: Reply): boolean {
  return status === 404 || status === 400;
}

function sentenceOfRefusal({ status, body }: Reply): string {
  const { message, error, code } = objectOf(body);
  const said = [message, error, code].find((text) => typeof text === "string" && text !== "");
  return `The portal answered ${status}${said ? `: ${String(said).slice(0, 200)}` : ""}.`;
}

function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return "Something failed.";
  const { cause } = error;
  const reason = cause instanceof Error && cause.message ? ` (${cause.message})` : "";
  return `${error.message}${reason}`.slice(0, 300);
}
