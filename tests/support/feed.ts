import { createPublicKey, type KeyObject, randomUUID, verify } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { covers, parseCursor } from "../../packages/rule/cursors";
import {
  type FeedLine,
  type FrameLine,
  type KeyLine,
  type ResetLine,
  type SignedTime,
  type SnapshotList,
  type StateLine,
  signedTextOf,
  signedTextOfReset,
  signedTextOfSnapshot,
  signedTextOfTime,
} from "../../packages/rule/feed";
import { sha256 } from "./client";
import { shared } from "./portal";
import { until } from "./server";

export type Begun = {
  session: string;
  token: string;
  epoch: string;
  salt: string;
  time: SignedTime;
  keys: { key: string; former: { key: string; signature: string } | null };
  resume: "tail" | "snapshot";
  snapshot: SnapshotList | null;
  bound_ms: number;
  serve_for_ms: number;
};

const SPKI = Buffer.from("302a300506032b6570032100", "hex");

export function publicKeyOf(key: string): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI, Buffer.from(key, "base64url")]), format: "der", type: "spki" });
}

export function isSigned(text: string, signature: string, key: string): boolean {
  return verify(null, Buffer.from(text), publicKeyOf(key), Buffer.from(signature, "base64url"));
}

export const nonce = () => randomUUID();

/** A request of a verifier, with its credential. */
export function ask(path: string, token: string, body?: unknown, init: RequestInit = {}, url = shared().url): Promise<Response> {
  return fetch(`${url}/api/verifier${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...init,
  });
}

/** A session, once there is a snapshot. */
export async function begin(token: string, given: Record<string, unknown> = {}, url = shared().url): Promise<Begun> {
  const asked = { instance: "test/1", version: "1.0.0", nonce: nonce(), ...given };
  for (let attempt = 0; attempt < 30; attempt += 1) {
    const answer = await ask("/sessions", token, asked, {}, url);
    const body = await answer.json();
    if (answer.status === 201) return body as Begun;
    if (answer.status !== 202) throw new Error(`${answer.status} ${JSON.stringify(body)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error("no snapshot was made");
}

/** What a process holds that follows the feed: a small, slow verifier that believes nothing unsigned. */
export class Replica {
  readonly keys = new Map<string, KeyLine>();
  readonly owners = new Map<string, StateLine>();
  readonly frames: FrameLine[] = [];
  readonly others: FeedLine[] = [];
  cursor: string;
  private waiting = "";
  private round: string[] = [];
  private reading = new AbortController();
  isOver = false;

  constructor(
    readonly begun: Begun,
    private readonly token: string,
    private readonly url = shared().url,
  ) {
    this.cursor = begun.snapshot?.cursor ?? "";
  }

  async load(): Promise<void> {
    const { snapshot, keys } = this.begun;
    if (!snapshot) throw new Error("no snapshot");
    const { signature, ...list } = snapshot;
    if (!isSigned(signedTextOfSnapshot(list), signature, keys.key)) throw new Error("the snapshot is not signed");
    for (const page of snapshot.pages) {
      const answer = await ask(`/snapshot/${page}`, this.token, undefined, {}, this.url);
      const text = gunzipSync(await answer.arrayBuffer()).toString();
      if (sha256(text) !== page) throw new Error("a page is another one");
      for (const line of linesOf(text)) this.apply(line);
    }
  }

  /** Reads the stream until it ends, or `stop`. */
  follow(): void {
    this.reading = new AbortController();
    this.isOver = false;
    void this.read()
      .catch(() => {})
      .finally(() => {
        this.isOver = true;
      });
  }

  stop(): void {
    this.reading.abort();
  }

  async untilFrame(is: (frame: FrameLine) => boolean = () => true): Promise<FrameLine> {
    const from = this.frames.length;
    await until(async () => this.frames.slice(from).some(is), "a frame");
    return this.frames.slice(from).find(is) as FrameLine;
  }

  /** Body for `POST /api/verifier/feed`. */
  place(given: Record<string, unknown> = {}) {
    const { session, token, epoch } = this.begun;
    return { session, token, epoch, cursor: this.cursor, ...given };
  }

  acknowledge(given: Record<string, unknown> = {}): Promise<Response> {
    const place = this.place({
      as_of: this.frames.at(-1)?.as_of ?? null,
      state: "READY",
      keys: this.keys.size,
      nonce: nonce(),
      ...given,
    });
    return ask("/acks", this.token, place, {}, this.url);
  }

  take(text: string): void {
    this.waiting += text;
    const lines = this.waiting.split("\n");
    this.waiting = lines.pop() ?? "";
    for (const line of lines) this.takeLine(line);
  }

  private async read(): Promise<void> {
    const answer = await ask("/feed", this.token, this.place(), { signal: this.reading.signal }, this.url);
    if (!answer.ok || !answer.body) throw new Error(String(answer.status));
    const decoder = new TextDecoder();
    for await (const chunk of answer.body) this.take(decoder.decode(chunk as Uint8Array, { stream: true }));
  }

  private takeLine(text: string): void {
    const line = JSON.parse(text) as FeedLine;
    if (line.t === "frame") {
      const { signature, ...frame } = line;
      const lines = this.round;
      this.round = [];
      if (!isSigned(signedTextOf(frame), signature, this.begun.keys.key)) throw new Error("a frame is not signed");
      if (sha256(lines.join("")) !== frame.sha256 || lines.length !== frame.lines) throw new Error("a frame is of other lines");
      const [own, from] = [parseCursor(this.cursor), parseCursor(frame.from)];
      if (!own || !from || !covers(own, from)) throw new Error("a frame begins after what is known");
      for (const state of lines) this.apply(JSON.parse(state) as StateLine);
      this.cursor = frame.to;
      this.frames.push(line);
    } else if (line.t !== "reset" && line.t !== "hello" && line.t !== "time" && line.t !== "bye") this.round.push(`${text}\n`);
    else {
      if (line.t === "reset" && !isReset(line, this.begun.keys.key)) throw new Error("a reset is not signed");
      this.others.push(line);
    }
  }

  private apply(line: StateLine): void {
    if (line.t === "key") {
      if ((this.keys.get(line.id)?.rev ?? 0) <= line.rev) this.keys.set(line.id, line);
    } else if (line.t === "owner" || line.t === "gone") this.owners.set(line.id, line);
  }
}

function isReset({ signature, ...line }: ResetLine, key: string): boolean {
  return isSigned(signedTextOfReset(line), signature, key);
}

export function isTime({ signature, ...time }: SignedTime, key: string): boolean {
  return isSigned(signedTextOfTime(time), signature, key);
}

export function linesOf(text: string): StateLine[] {
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as StateLine);
}
