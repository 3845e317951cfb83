import { createPublicKey, type KeyObject, randomUUID, verify } from "node:crypto";
import http from "node:http";
import https from "node:https";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { Clocks } from "./freshness";

/** `text`: a body of JSON that is written already. */
export type Request = {
  method: "GET" | "POST";
  path: string;
  body?: unknown;
  text?: string;
  headers?: Record<string, string>;
  /** By a connection of its own: those that are there may be what has failed. */
  isApart?: boolean;
  signal: AbortSignal;
};

export type Answer = { status: number; header(name: string): string | null; chunks: AsyncIterable<Uint8Array> };

/** All that is not computed: clocks, chance, the portal. Tests have one of their own. */
export type World = Clocks & {
  /** From 0 to 1. */
  random(): number;
  uuid(): string;
  /**
   * Calls it once, after so long. @returns to be called when it is not wanted any more
   * @param isAwaited whether a caller waits for it: the process goes on for that, and for nothing else
   */
  after(milliseconds: number, work: () => void, isAwaited?: boolean): () => void;
  /** Asks the portal. Rejects where it cannot be reached, and when the signal aborts. */
  send(request: Request): Promise<Answer>;
  isSigned(key: string, text: string, signature: string): boolean;
  unzip(bytes: Uint8Array): Promise<Uint8Array>;
};

/** Of a page of a snapshot, a few megabytes. */
const MAX_PAGE_BYTES = 64 * 1024 * 1024;
/** A connection that nobody uses is closed before something in between forgets it. */
const IDLE_MS = 30_000;
/** DER of an Ed25519 public key (RFC 8410), in front of its 32 bytes. */
const SPKI = Buffer.from("302a300506032b6570032100", "hex");
const unzip = promisify(gunzip);

export function realWorld(url: string, credential: string): World {
  const base = url.endsWith("/") ? url.slice(0, -1) : url;
  const isSecure = base.startsWith("https:");
  const agent = new (isSecure ? https : http).Agent({ keepAlive: true, maxFreeSockets: 4, timeout: IDLE_MS });
  return {
    monotonic: () => performance.now(),
    wall: () => Date.now(),
    random: Math.random,
    uuid: randomUUID,
    after(milliseconds, work, isAwaited = false) {
      const timer = setTimeout(work, milliseconds);
      if (!isAwaited) timer.unref();
      return () => clearTimeout(timer);
    },
    send({ method, path, body, text, headers, isApart, signal }) {
      const content = text ?? (body === undefined ? undefined : JSON.stringify(body));
      const written = content !== undefined && {
        "Content-Type": "application/json",
        "Content-Length": Buffer.byteLength(content),
      };
      const options = {
        method,
        signal,
        agent: isApart ? false : agent,
        headers: { Authorization: `Bearer ${credential}`, ...written, ...headers },
      };
      return new Promise((resolve, reject) => {
        const request = (isSecure ? https : http).request(`${base}${path}`, options, (answer) => {
          // Whoever reads it is told; where nobody does, it is nobody's.
          answer.on("error", () => {});
          const header = (name: string) => String(answer.headers[name.toLowerCase()] ?? "") || null;
          resolve({ status: answer.statusCode ?? 0, header, chunks: answer });
        });
        request.on("error", reject);
        request.end(content);
      });
    },
    isSigned,
    unzip: (bytes) => unzip(bytes, { maxOutputLength: MAX_PAGE_BYTES }),
  };
}

const known = new Map<string, KeyObject>();
const MAX_KNOWN = 10;

function isSigned(key: string, text: string, signature: string): boolean {
  try {
    let publicKey = known.get(key);
    if (!publicKey) {
      publicKey = createPublicKey({ key: Buffer.concat([SPKI, Buffer.from(key, "base64url")]), format: "der", type: "spki" });
      if (known.size >= MAX_KNOWN) known.clear();
      known.set(key, publicKey);
    }
    return verify(null, Buffer.from(text), publicKey, Buffer.from(signature, "base64url"));
  } catch {
    return false;
  }
}

/** What the portal said, whole. */
export type Reply = { status: number; retryAfterMs: number | null; body: Uint8Array };

/** More than any answer but a page and a stream has. */
const MAX_REPLY_BYTES = 4 * 1024 * 1024;
const MAX_RETRY_SECONDS = 60;

/** `silentMs`: between two parts of an answer, where all of it may take longer. */
export type Bounds = { timeoutMs: number; silentMs?: number; maxBytes?: number; signal?: AbortSignal };

/**
 * One question and its whole answer, within a time.
 * @throws where there is none
 */
export async function ask(
  world: World,
  request: Omit<Request, "signal">,
  { timeoutMs, silentMs, maxBytes = MAX_REPLY_BYTES, signal }: Bounds,
): Promise<Reply> {
  const stop = new AbortController();
  const abort = () => stop.abort(new Error("The portal did not answer in time."));
  const cancel = world.after(timeoutMs, abort);
  let hear = silentMs === undefined ? () => {} : world.after(silentMs, abort);
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  try {
    const answer = await world.send({ ...request, signal: stop.signal });
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of answer.chunks) {
      bytes += chunk.length;
      hear();
      if (silentMs !== undefined) hear = world.after(silentMs, abort);
      if (bytes > maxBytes) {
        stop.abort();
        throw new Error("The portal's answer is too long.");
      }
      chunks.push(chunk);
    }
    return { status: answer.status, retryAfterMs: retryAfterOf(answer), body: Buffer.concat(chunks) };
  } finally {
    cancel();
    hear();
    signal?.removeEventListener("abort", abort);
  }
}

/** Null where it does not say, or not in seconds. */
export function retryAfterOf(answer: Pick<Answer, "header">): number | null {
  const text = answer.header("retry-after") ?? "";
  return /^\d{1,9}$/.test(text) ? Math.min(Number(text), MAX_RETRY_SECONDS) * 1_000 : null;
}

/** The object that a body is; an empty one where it is none. */
export function objectOf(body: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString());
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
