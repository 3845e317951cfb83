import { createHash } from "node:crypto";
import { isVisible, parseCursor } from "@latchkey/rule/cursors";
import {
  type AskLine,
  FEED_VERSION,
  type FeedLine,
  type FrameLine,
  type KeyLine,
  type OwnerLine,
  RESET_REASONS,
  type StateLine,
  signedTextOf,
  signedTextOfReset,
  signedTextOfSnapshot,
  signedTextOfTime,
} from "@latchkey/rule/feed";
import { Freshness } from "./freshness";
import { type Applied, Replica } from "./replica";
import type { Round } from "./round";
import { LocalVerifier, type Parts } from "./verifier";
import type { Answer, Request, World } from "./world";

/**
 * A verifier beside a portal that is a model, in a time that only this moves: what happens when follows from the seed alone.
 * Commits, rounds, clocks, networks and processes do as they do on a bad day, and what must hold is looked at all the time.
 */

/** What can be wrong on purpose, to see that it is found. */
export const PLANTS = [
  "cached-clock",
  "seq-cursor",
  "freshness-first",
  "early-receipt",
  "unsigned-line",
  "backward-theta",
  "deaf-to-bulk",
] as const;
export type Plant = (typeof PLANTS)[number];

export type Outcome = {
  seed: number;
  problem: string | null;
  accepted: number;
  refused: number;
  readySteps: number;
  endsMs: number;
};

const START = 1_795_860_000_000;
const BOUND_MS = 2_000;
const QUIET_MS = 45_000;
const SALT = "Salt1234";
const KEYS = 6;
/** Whole milliseconds, of two clocks. */
const ROUNDING_MS = 2;

type Random = () => number;

function randomOf(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const uuidOf = (random: Random) => {
  const hex = () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, "0");
  const text = hex() + hex() + hex() + hex();
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-4${text.slice(13, 16)}-8${text.slice(17, 20)}-${text.slice(20)}`;
};

/** Signing costs nothing here, and only the model does it. */
const signatureOf = (text: string) => createHash("md5").update(`the portal's${text}`).digest("base64url");
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const digestOf = (credential: string) =>
  createHash("sha256")
    .update(SALT + credential)
    .digest()
    .subarray(0, 24)
    .toString("base64url");
const wordsOf = (credential: string) => new Uint32Array(Uint8Array.from(Buffer.from(digestOf(credential), "base64url")).buffer);
const toText = (lines: readonly FeedLine[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join("");

/** Of the process's own: timers come before what the network brought, when it wakes up. */
const [OF_MODEL, OF_TIMER, OF_NETWORK] = [0, 1, 2] as const;
type Kind = 0 | 1 | 2;
type Event = { at: number; kind: Kind; place: number; run: () => void };

class Schedule {
  now = 0;
  pausedUntil = 0;
  private events: Event[] = [];
  private places = 0;

  add(at: number, kind: Kind, run: () => void): () => void {
    this.places += 1;
    const event = { at: Math.max(at, this.now), kind, place: this.places, run };
    this.insert(event);
    return () => {
      const index = this.events.indexOf(event);
      if (index >= 0) this.events.splice(index, 1);
    };
  }

  /** The next that is due by then; null when there is none. A process that stands still does nothing. */
  take(until: number): Event | null {
    for (;;) {
      const [event] = this.events;
      if (!event || event.at > until) return null;
      this.events.shift();
      this.now = Math.max(this.now, event.at);
      if (event.kind === OF_MODEL || this.now >= this.pausedUntil) return event;
      event.at = this.pausedUntil;
      this.insert(event);
    }
  }

  private insert(event: Event): void {
    const isLater = (other: Event) =>
      other.at > event.at ||
      (other.at === event.at && (other.kind > event.kind || (other.kind === event.kind && other.place > event.place)));
    let index = this.events.length;
    while (index > 0 && isLater(this.events[index - 1] as Event)) index -= 1;
    this.events.splice(index, 0, event);
  }
}

type ModelKey = { id: string; n: number; rev: number; status: KeyLine["st"]; name: string; version: number; isLocked: boolean };
type Change = { seq: number; xid: bigint; key: ModelKey | null; rev: number };

/** The database: rows, transactions, and a clock that people and programs set. */
class Database {
  readonly keys: ModelKey[] = [];
  readonly owner = { id: "", rev: 1, banned: false };
  readonly changes: Change[] = [];
  /** Of each credential that there was: since when it is dead, by a clock that nobody sets; null while it lives. */
  readonly deadSince = new Map<string, number | null>();
  readonly steps: { at: number; by: number }[] = [];
  epoch: string;
  history = "1:1";
  private next = 100n;
  private readonly running = new Set<bigint>();
  private seq = 0;
  private offset = 0;

  constructor(
    private readonly schedule: Schedule,
    private readonly random: Random,
    private readonly rate: number,
  ) {
    this.epoch = uuidOf(random);
    this.owner.id = uuidOf(random);
    for (let n = 0; n < KEYS; n += 1) this.addKey();
  }

  steady(at = this.schedule.now): number {
    return START + at * this.rate;
  }

  clock(at = this.schedule.now): number {
    return Math.floor(this.steady(at) + this.offset);
  }

  step(by: number): void {
    this.offset += by;
    if (by > 0) this.steps.push({ at: this.schedule.now, by });
  }

  credential({ n, version }: Pick<ModelKey, "n" | "version">): string {
    return `credential-of-${n}-${version}`;
  }

  addKey(): void {
    const key: ModelKey = {
      ...{ id: uuidOf(this.random), n: this.keys.length, rev: 1, status: "active", name: "n", version: 1, isLocked: false },
    };
    this.keys.push(key);
    this.note();
  }

  snapshot(): string {
    const running = [...this.running].sort((one, other) => (one < other ? -1 : 1));
    return `${running[0] ?? this.next}:${this.next}:${running.join(",")}`;
  }

  /** A transaction that changes a key, or its owner, and ends after so long. */
  write(milliseconds: number): void {
    const key = this.keys[Math.floor(this.random() * this.keys.length)];
    const isOwner = this.random() < 0.08;
    if (!isOwner && (!key || key.isLocked || key.status === "deleted")) return;
    const xid = this.next;
    this.next += 1n;
    this.running.add(xid);
    this.seq += 1;
    const change: Change = { seq: this.seq, xid, key: isOwner ? null : (key ?? null), rev: 0 };
    if (key && !isOwner) key.isLocked = true;
    const what = this.random();
    this.schedule.add(this.schedule.now + milliseconds, OF_MODEL, () => {
      this.running.delete(xid);
      this.changes.push(change);
      if (isOwner) {
        this.owner.banned = !this.owner.banned && what < 0.5;
        this.owner.rev += 1;
        change.rev = this.owner.rev;
      } else if (key) {
        key.isLocked = false;
        key.rev += 1;
        change.rev = key.rev;
        if (what < 0.35) key.status = "revoked";
        else if (what < 0.55) key.status = key.status === "disabled" ? "active" : "disabled";
        else if (what < 0.65) key.version += 1;
        else if (what < 0.7) key.status = "deleted";
        else if (what < 0.85) key.status = "active";
        else key.name = `n${key.rev}`;
      }
      this.note();
    });
  }

  create(): void {
    const xid = this.next;
    this.next += 1n;
    this.seq += 1;
    this.addKey();
    this.changes.push({ seq: this.seq, xid, key: this.keys.at(-1) ?? null, rev: 1 });
  }

  /** Another course of the same rows: a new epoch. */
  renew(isOtherHistory: boolean): void {
    this.epoch = uuidOf(this.random);
    if (isOtherHistory) this.history = `1:${Number(this.history.split(":")[1]) + 1}`;
    this.changes.length = 0;
  }

  line(key: ModelKey): KeyLine {
    const creds = [{ d: digestOf(this.credential(key)), s: null }];
    return {
      t: "key",
      id: key.id,
      rev: key.rev,
      owner: this.owner.id,
      name: key.name,
      p: ["*"],
      creds,
      exp: null,
      st: key.status,
    };
  }

  ownerLine(): OwnerLine {
    return { t: "owner", id: this.owner.id, rev: this.owner.rev, banned: this.owner.banned, credits: "some" };
  }

  accepts(credential: string): boolean {
    const key = this.keys.find((each) => this.credential(each) === credential);
    return key?.status === "active" && !this.owner.banned;
  }

  private note(): void {
    for (const key of this.keys) if (!this.deadSince.has(this.credential(key))) this.deadSince.set(this.credential(key), null);
    for (const [credential, since] of this.deadSince) {
      if (this.accepts(credential)) this.deadSince.set(credential, null);
      else if (since === null) this.deadSince.set(credential, this.steady());
    }
  }
}

function asked(kind: AskLine["kind"], of: readonly { id: string }[]): AskLine[] {
  const ids = Buffer.from(of.map(({ id }) => id.replaceAll("-", "")).join(""), "hex").toString("base64url");
  return of.length > 0 ? [{ t: "ask", kind, ids }] : [];
}

/** What one side sends and the other reads, or an end of it. */
class Pipe {
  private readonly waiting: (Uint8Array | Error | null)[] = [];
  private wake: (() => void) | null = null;
  isOver = false;

  give(what: Uint8Array | Error | null): void {
    this.waiting.push(what);
    this.wake?.();
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const next = this.waiting.shift();
      if (next === undefined) {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
        continue;
      }
      if (next === null) return;
      if (next instanceof Error) throw next;
      yield next;
    }
  }
}

type Link = { pipe: Pipe; isSilent: boolean; isOver: boolean; latest: number; isStream: boolean; fail: () => void };
type Stream = { link: Link; epoch: string };

/** `isBulk`: so much changes at once that rounds tell only what has changed, and not how it is. */
type Faults = { isDown: boolean; latency: number; isHolding: boolean; isBulk: boolean };

/** The portal and the way to it. */
class Portal {
  readonly faults: Faults = { isDown: false, latency: 20, isHolding: false, isBulk: false };
  readonly streams = new Set<Stream>();
  private readonly links = new Set<Link>();
  private readonly pages = new Map<string, string>();
  private readonly seqs = new Map<string, number>();
  private readonly told: Uint8Array[] = [];
  private cursor: string;
  private before: string;

  constructor(
    private readonly database: Database,
    private readonly schedule: Schedule,
    private readonly random: Random,
    private readonly plant: Plant | null,
  ) {
    this.cursor = database.snapshot();
    this.before = this.cursor;
    this.round();
  }

  send = (request: Request): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const link: Link = { pipe: new Pipe(), isSilent: false, isOver: false, latest: 0, isStream: false, fail: () => {} };
      this.links.add(link);
      const fail = () => {
        if (link.isOver) return;
        link.isOver = true;
        this.links.delete(link);
        const error = new Error("the connection was cut");
        reject(error);
        link.pipe.give(error);
      };
      link.fail = fail;
      request.signal.addEventListener("abort", fail);
      if (request.signal.aborted) {
        fail();
        return;
      }
      this.schedule.add(this.schedule.now + this.late(), OF_MODEL, () => {
        if (link.isSilent || link.isOver) return;
        if (this.faults.isDown) {
          this.deliver(link, fail);
          return;
        }
        const { status, body, stream } = this.answer(request);
        this.deliver(link, () => {
          if (link.isOver) return;
          const header = (name: string) => (name === "retry-after" && status === 202 ? "1" : null);
          resolve({ status, header, chunks: link.pipe.chunks() });
        });
        if (stream) {
          link.isStream = true;
          this.attach(link, stream.cursor, stream.epoch);
          return;
        }
        this.deliver(link, () => {
          this.links.delete(link);
          if (link.isOver) return;
          link.isOver = true;
          link.pipe.give(Buffer.from(body));
          link.pipe.give(null);
        });
      });
    });

  silence(): void {
    for (const link of this.links) if (this.random() < 0.7) link.isSilent = true;
  }

  /** Every connection ends, in both directions. */
  cut(): void {
    for (const link of [...this.links]) this.end(link);
  }

  reset(reason: (typeof RESET_REASONS)[number]): void {
    const { database } = this;
    if (reason !== "bulk" && reason !== "cut") database.renew(reason === "history");
    const line = { t: "reset" as const, reason, epoch: database.epoch, as_of: database.clock() };
    const bytes = Buffer.from(toText([{ ...line, signature: signatureOf(signedTextOfReset(line)) }]));
    for (const { link } of this.streams) {
      this.write(link, bytes);
      this.deliver(link, () => this.end(link));
    }
    this.streams.clear();
    this.cursor = database.snapshot();
  }

  bye(): void {
    for (const { link } of this.streams) {
      this.write(link, Buffer.from(toText([{ t: "bye", reason: "stop", in_ms: 1_500 }])));
      this.schedule.add(this.schedule.now + 1_500, OF_MODEL, () => this.end(link));
    }
  }

  /** Somebody in between says what the portal never said, or what it said before. */
  forge(): void {
    const [stream] = this.streams;
    if (!stream) return;
    const dead = this.database.keys.find(({ status }) => status !== "active");
    const old = this.told[Math.floor(this.random() * this.told.length)];
    if (old && this.random() < 0.5) this.write(stream.link, old);
    else if (dead) {
      const line: KeyLine = { ...this.database.line(dead), rev: dead.rev + 1_000, st: "active" };
      const text = toText([line]);
      const { epoch, history } = this.database;
      const to = this.database.snapshot();
      const frame = { t: "frame" as const, epoch, history, from: this.cursor, to, as_of: this.database.clock() };
      const whole = { ...frame, lines: 1, sha256: sha256(text), unsealed: 0, signature: "forged" };
      this.write(stream.link, Buffer.from(text + toText([whole])));
    }
  }

  private round(): void {
    const { schedule, random, database } = this;
    schedule.add(schedule.now + 200, OF_MODEL, () => this.round());
    if (this.faults.isDown || this.streams.size === 0) {
      this.cursor = database.snapshot();
      return;
    }
    const { epoch } = database;
    this.make(this.cursor, (bytes, to) => {
      if (epoch !== database.epoch) return;
      for (const { link, epoch: own } of this.streams) if (own === epoch) this.write(link, bytes);
      if (random() < 0.02) for (const { link } of this.streams) this.write(link, bytes);
      this.cursor = to;
    });
  }

  /** The poll first, the states a moment later. */
  private make(from: string, done: (bytes: Uint8Array, to: string) => void): void {
    const { database, schedule, random } = this;
    const asOf = database.clock();
    schedule.add(schedule.now + random() * 10, OF_MODEL, () => {
      const to = database.snapshot();
      const { epoch, history } = database;
      const changes = this.between(from, to);
      schedule.add(schedule.now + random() * 15, OF_MODEL, () => {
        if (epoch !== database.epoch) return;
        const bytes = Buffer.from(this.roundOf(changes, { epoch, history, from, to, as_of: asOf }));
        this.told.push(bytes);
        if (this.told.length > 20) this.told.shift();
        done(bytes, to);
      });
    });
  }

  /** The states of now of what changed, and the frame over them. */
  private roundOf(changes: readonly Change[], ends: Pick<FrameLine, "epoch" | "history" | "from" | "to" | "as_of">): string {
    const { database } = this;
    const keys = [...new Set(changes.flatMap(({ key }) => key ?? []))];
    const isOfOwner = changes.some(({ key }) => key === null);
    const lines: (StateLine | AskLine)[] = this.faults.isBulk
      ? [...asked("key", keys), ...asked("owner", isOfOwner ? [database.owner] : [])]
      : [...keys.map((key) => database.line(key)), ...(isOfOwner ? [database.ownerLine()] : [])];
    const text = toText(lines);
    const frame = { t: "frame" as const, ...ends, lines: lines.length, sha256: sha256(text), unsealed: 0 };
    return text + toText([{ ...frame, signature: signatureOf(signedTextOf(frame)) }]);
  }

  private between(from: string, to: string): Change[] {
    const [start, end] = [parseCursor(from), parseCursor(to)];
    if (!start || !end) throw new Error("no cursor");
    const visible = this.database.changes.filter(({ xid }) => isVisible(end, xid));
    if (this.plant !== "seq-cursor") return visible.filter(({ xid }) => !isVisible(start, xid));
    const last =
      this.seqs.get(from) ??
      Math.max(0, ...this.database.changes.filter(({ xid }) => isVisible(start, xid)).map(({ seq }) => seq));
    const fresh = visible.filter(({ seq }) => seq > last);
    this.seqs.set(to, Math.max(last, ...fresh.map(({ seq }) => seq)));
    return fresh;
  }

  private attach(link: Link, cursor: string, epoch: string): void {
    const { database } = this;
    this.write(link, Buffer.from(toText([{ t: "hello", v: FEED_VERSION, session: uuidOf(this.random), epoch }])));
    if (epoch !== database.epoch) {
      const line = { t: "reset" as const, reason: "epoch" as const, epoch: database.epoch, as_of: database.clock() };
      this.write(link, Buffer.from(toText([{ ...line, signature: signatureOf(signedTextOfReset(line)) }])));
      return;
    }
    this.make(cursor, (bytes) => {
      this.write(link, bytes);
      if (!link.isOver) this.streams.add({ link, epoch });
    });
  }

  private answer({ path, body }: Request): { status: number; body: string; stream?: { cursor: string; epoch: string } } {
    const { database } = this;
    const asked = Object(body) as {
      nonce: string;
      session: string;
      cursor: string;
      epoch: string;
      wait?: number;
      have?: { epoch: string; cursor: string };
    };
    const reply = (status: number, given: unknown) => ({ status, body: JSON.stringify(given) });
    const time = (session: string, epoch: string) => {
      const told = { session, epoch, nonce: asked.nonce, now: database.clock() };
      return { ...told, signature: signatureOf(signedTextOfTime(told)) };
    };
    if (path === "/api/verifier/sessions") {
      if (this.random() < 0.2) return reply(202, {});
      const session = uuidOf(this.random);
      const isTail = asked.have?.epoch === database.epoch;
      const texts = { session, token: "t", epoch: database.epoch, salt: SALT, bound_ms: BOUND_MS, serve_for_ms: 0 };
      const how = isTail ? { resume: "tail", snapshot: null } : { resume: "snapshot", snapshot: this.list() };
      return reply(201, { ...texts, ...how, time: time(session, database.epoch), keys: { key: "key", former: null } });
    }
    if (path.startsWith("/api/verifier/snapshot/")) {
      const page = this.pages.get(path.slice(-64));
      return page === undefined || this.random() < 0.05 ? reply(404, {}) : { status: 200, body: page };
    }
    if (path === "/api/verifier/acks") {
      if (this.random() < 0.01) return reply(404, {});
      return reply(200, { time: time(asked.session, asked.epoch), bound_ms: BOUND_MS, serve_for_ms: 0 });
    }
    if (path === "/api/verifier/feed" && asked.wait === 0)
      return { status: 200, body: this.poll(asked.cursor, asked.epoch, time(asked.session, asked.epoch)) };
    if (path === "/api/verifier/feed") return { status: 200, body: "", stream: { cursor: asked.cursor, epoch: asked.epoch } };
    return reply(404, {});
  }

  /** At once: the poll of a function. */
  private poll(from: string, epoch: string, time: object): string {
    const { database } = this;
    const told = JSON.stringify({ t: "time", ...time });
    if (epoch !== database.epoch) {
      const line = { t: "reset" as const, reason: "epoch" as const, epoch: database.epoch, as_of: database.clock() };
      return `${told}\n${toText([{ ...line, signature: signatureOf(signedTextOfReset(line)) }])}`;
    }
    const to = database.snapshot();
    const changes = this.between(from, to);
    const { history } = database;
    return `${told}\n${this.roundOf(changes, { epoch, history, from, to, as_of: database.clock() })}`;
  }

  /** The cursor of a moment ago, and the rows as they are now. */
  private list() {
    const { database } = this;
    const cursor = this.before;
    this.before = database.snapshot();
    const usable = this.isOfEpoch ? cursor : this.before;
    this.epochOfBefore = database.epoch;
    const live = database.keys.filter(({ status }) => status !== "deleted");
    const texts = [toText([database.ownerLine()]), toText(live.map((key) => database.line(key)))];
    for (const text of texts) this.pages.set(sha256(text), text);
    const { epoch, history } = database;
    const list = { epoch, history, cursor: usable, keys: live.length, owners: 1, pages: texts.map(sha256) };
    return { ...list, signature: signatureOf(signedTextOfSnapshot(list)) };
  }

  private epochOfBefore = "";
  private get isOfEpoch(): boolean {
    return this.epochOfBefore === this.database.epoch;
  }

  private late(): number {
    return 1 + this.random() * this.faults.latency;
  }

  private write(link: Link, bytes: Uint8Array): void {
    // In pieces, as networks have it.
    const cut = this.random() < 0.3 ? Math.floor(this.random() * bytes.length) : bytes.length;
    for (const part of [bytes.subarray(0, cut), bytes.subarray(cut)])
      if (part.length > 0) this.deliver(link, () => link.isOver || link.pipe.give(part));
  }

  /** One after the other; of a silent link nothing comes, and nobody is told. */
  private deliver(link: Link, run: () => void): void {
    if (link.isSilent || (this.faults.isHolding && link.isStream)) return;
    link.latest = Math.max(link.latest, this.schedule.now + this.late());
    this.schedule.add(link.latest, OF_NETWORK, () => {
      if (!link.isSilent) run();
    });
  }

  private end(link: Link): void {
    this.links.delete(link);
    for (const stream of this.streams) if (stream.link === link) this.streams.delete(stream);
    this.schedule.add(this.schedule.now, OF_NETWORK, link.fail);
  }
}

/** θ follows whatever was told last, and frames count by that. */
class NaiveFreshness extends Freshness {
  private offset = Number.POSITIVE_INFINITY;
  private at = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly own: World,
    private readonly bound: number,
  ) {
    super(own, bound);
  }

  override addSample(sentAt: number, now: number): void {
    super.addSample(sentAt, now);
    this.offset = Math.min(this.offset, now - sentAt);
  }

  override addFrame(asOf: number): void {
    super.addFrame(asOf);
    this.at = asOf;
  }

  override isFresh(): boolean {
    super.isFresh();
    return this.own.monotonic() + this.offset - this.at <= this.bound;
  }
}

/** What is fresh is said with a round, and its lines are applied with the next one. */
class HastyReplica extends Replica {
  private held: Round | null = null;

  override forget(): void {
    super.forget();
    this.held = null;
  }

  override apply(round: Round): Applied | null {
    const applied = this.held ? super.apply(this.held) : { isNew: false, hasNarrowed: false, narrowed: [] };
    this.held = null;
    if (!applied) return null;
    this.held = round;
    this.freshness.addFrame(round.frame.as_of);
    return applied;
  }
}

/** Says that it has what it is about to apply. */
class BoastingReplica extends Replica {
  constructor(
    freshness: Freshness,
    private readonly world: World,
  ) {
    super(freshness);
  }

  override apply(round: Round): Applied | null {
    const { table } = this;
    this.cursorText = round.frame.to;
    this.world.after(60, () => {
      if (this.table === table) super.apply(round);
    });
    return { isNew: true, hasNarrowed: round.lines.length > 0, narrowed: [] };
  }
}

/** Goes on with what it knew of what it was told to ask about. */
class DeafReplica extends Replica {
  override apply(round: Round): Applied | null {
    return super.apply({ ...round, lines: round.lines.filter(({ t }) => t !== "ask") });
  }
}

function partsOf(plant: Plant | null, world: World): Partial<Parts> {
  const freshness = plant === "backward-theta" ? new NaiveFreshness(world, BOUND_MS) : new Freshness(world, BOUND_MS);
  if (plant === "freshness-first") return { freshness, replica: new HastyReplica(freshness) };
  if (plant === "early-receipt") return { freshness, replica: new BoastingReplica(freshness, world) };
  if (plant === "deaf-to-bulk") return { freshness, replica: new DeafReplica(freshness) };
  return { freshness, replica: new Replica(freshness) };
}

/** One day of so many steps, and then a quiet minute. */
export async function simulate(seed: number, steps = 200, plant: Plant | null = null): Promise<Outcome> {
  const random = randomOf(seed);
  const schedule = new Schedule();
  // Some databases have a clock that is slewed, some processes too.
  const rate = random() < 0.3 ? 1 + (random() - 0.5) * 0.16 : 1;
  const database = new Database(schedule, random, rate);
  const portal = new Portal(database, schedule, random, plant);
  let wallOffset = START;
  let problem: string | null = null;
  const outcome = { seed, accepted: 0, refused: 0, readySteps: 0, endsMs: 0 };
  const fail = (what: string) => {
    problem ??= `at ${Math.round(schedule.now)} ms: ${what}`;
  };

  let cached = 0;
  const world: World = {
    monotonic: () => (plant === "cached-clock" ? cached : schedule.now),
    wall: () => wallOffset + (plant === "cached-clock" ? cached : schedule.now),
    random,
    uuid: () => uuidOf(random),
    after: (milliseconds, work) => schedule.add(schedule.now + milliseconds, OF_TIMER, work),
    send: (request) => {
      if (request.path === "/api/verifier/acks") lookAtReceipt(Object(request.body));
      return portal.send(request);
    },
    isSigned: (_key, text, signature) => plant === "unsigned-line" || signature === signatureOf(text),
    unzip: async (bytes) => bytes,
  };
  const keepClock = () => {
    cached = schedule.now;
    schedule.add(schedule.now + 50, OF_TIMER, keepClock);
  };
  if (plant === "cached-clock") keepClock();

  const parts = partsOf(plant, world);
  const replica = parts.replica as Replica;
  const options = { feedKey: "key", instance: "simulated", onStale: "refuse", boundMs: BOUND_MS } as const;
  const verifier = new LocalVerifier(world, options, parts);

  /** Whether anything is answered by what is held of a key. */
  function isHeld({ n, version }: ModelKey): boolean {
    const credentials = Array.from({ length: version }, (_, index) => database.credential({ n, version: index + 1 }));
    return credentials.some((credential) => replica.table.find(wordsOf(credential)) >= 0);
  }

  /** Nothing is acknowledged that was not applied. */
  function lookAtReceipt({ cursor, epoch }: { cursor: string | null; epoch: string }): void {
    const said = cursor === null ? null : parseCursor(cursor);
    if (!said || epoch !== database.epoch || replica.epoch !== epoch) return;
    for (const { key, xid, rev } of database.changes) {
      if (!key || !isVisible(said, xid)) continue;
      const row = replica.table.keyRowById(key.id);
      // One that was deleted before the snapshot is in none, and of what has to be asked about nothing is held.
      if (row < 0 ? key.status !== "deleted" && !replica.lacksFrom : replica.table.rev(row) < rev && isHeld(key))
        fail("a receipt of what was not applied");
    }
  }

  const revs = new Map<string, number>();
  let table = replica.table;
  function lookAtRevs(): void {
    if (table !== replica.table) revs.clear();
    table = replica.table;
    for (const key of database.keys) {
      const row = table.keyRowById(key.id);
      if (row < 0) continue;
      const rev = table.rev(row);
      if (rev < (revs.get(key.id) ?? 0)) fail("a state went back");
      revs.set(key.id, rev);
    }
  }

  /** Nothing is accepted more than the bound after it ended. */
  function lookAtChecks(): void {
    if (schedule.now < schedule.pausedUntil) return;
    const stepped = database.steps.filter(({ at }) => at > schedule.now - BOUND_MS * 3).reduce((sum, { by }) => sum + by, 0);
    for (const [credential, since] of database.deadSince) {
      const verdict = verifier.check(credential);
      if (!verdict.valid) {
        outcome.refused += 1;
        continue;
      }
      outcome.accepted += 1;
      if (since === null) continue;
      const late = database.steady() - since;
      if (late > BOUND_MS + stepped + ROUNDING_MS) fail(`accepted ${Math.round(late)} ms after it ended`);
    }
  }

  const run = async (until: number) => {
    for (let event = schedule.take(until); event && !problem; event = schedule.take(until)) {
      event.run();
      if (event.kind === OF_MODEL) continue;
      await new Promise((resolve) => setImmediate(resolve));
      if (event.kind === OF_NETWORK) lookAtRevs();
    }
    schedule.now = Math.max(schedule.now, until);
  };

  const pause = (milliseconds: number) => {
    schedule.pausedUntil = Math.max(schedule.pausedUntil, schedule.now + milliseconds);
    // Whoever called meanwhile is served first.
    schedule.add(schedule.pausedUntil, OF_MODEL, lookAtChecks);
  };
  const step = () => {
    const what = random();
    if (what < 0.38) database.write(random() < 0.2 ? random() * 1_500 : random() * 30);
    else if (what < 0.4) database.create();
    else if (what < 0.43) pause(random() * 4_000);
    else if (what < 0.45) portal.silence();
    else if (what < 0.47) portal.cut();
    else if (what < 0.5) portal.forge();
    else if (what < 0.52) portal.faults.latency = 5 + random() ** 3 * 600;
    else if (what < 0.53) portal.faults.isDown = true;
    else if (what < 0.535) portal.faults.isHolding = true;
    else if (what < 0.54) portal.faults.isBulk = true;
    else if (what < 0.55) portal.bye();
    else if (what < 0.555) portal.reset(RESET_REASONS[Math.floor(random() * (RESET_REASONS.length - 1))] ?? "epoch");
    else if (what < 0.565) database.step(-random() * (random() < 0.7 ? 1_000 : 20_000));
    else if (what < 0.567) database.step(random() * 3_000);
    else if (what < 0.572) wallOffset += (random() - 0.5) * 10_000;
  };

  for (let count = 0; count < steps && !problem; count += 1) {
    step();
    if (random() < 0.2) portal.faults.isDown = false;
    if (random() < 0.1) portal.faults.isHolding = false;
    if (random() < 0.3) portal.faults.isBulk = false;
    await run(schedule.now + random() * 250);
    lookAtChecks();
    // To ask is to read its clocks, and who stands still does not.
    if (schedule.now >= schedule.pausedUntil && verifier.status().state === "READY") outcome.readySteps += 1;
  }
  Object.assign(portal.faults, { isDown: false, isHolding: false, isBulk: false, latency: 20 });
  portal.cut();
  const isQuiet = () =>
    verifier.status().state === "READY" &&
    [...database.deadSince.keys()].every((credential) => verifier.check(credential).valid === database.accepts(credential));
  for (const end = schedule.now + QUIET_MS; schedule.now < end && !problem; ) {
    await run(schedule.now + 1_000);
    lookAtChecks();
    if (isQuiet()) break;
  }
  if (!isQuiet()) fail(`${verifier.status().state}, and not as the portal is, when all was quiet: ${verifier.status().trouble}`);
  let isClosed = false;
  void verifier.close().then(() => {
    isClosed = true;
  });
  for (const end = schedule.now + QUIET_MS; schedule.now < end && !isClosed; ) await run(schedule.now + 100);
  if (!isClosed) fail("it did not close");
  outcome.endsMs = Math.round(schedule.now);
  return { ...outcome, problem };
}
