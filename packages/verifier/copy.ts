import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { parseCursor } from "@latchkey/rule/cursors";
import type { StateLine } from "@latchkey/rule/feed";
import type { Replica } from "./replica";
import type { World } from "./world";

/** Where a copy is kept. Whatever is written under a name is there whole, or not at all. */
export type Files = {
  /** Null where there is none. */
  read(name: string): Promise<AsyncIterable<Uint8Array> | null>;
  write(name: string, parts: AsyncIterable<Uint8Array>): Promise<void>;
};

const NAME = "keys";
const FIRST_AFTER_MS = 30_000;
const [EVERY_MS, JITTER_MS] = [10 * 60_000, 60_000];
/** Of owners, and of keys: others are served between one part and the next. */
const ROWS = 500;
const MAX_PART_BYTES = 16 * 1024 * 1024;

const FORM = Buffer.from("latchkey verifier copy 1\n");
const [SALT_BYTES, TAG_BYTES, NONCE_BYTES] = [32, 16, 12];
const zip = promisify(gzip);
const unzip = promisify(gunzip);

type Head = { epoch: string; history: string; cursor: string; salt: string; keys: number; owners: number };

/**
 * What was known, on disk, so that a process that starts again has only to hear what changed since. It is encrypted under the
 * service's credential, each part by itself, so that nothing is read that was changed. What fails here costs the longer start.
 */
export class Copy {
  private cancel = () => {};
  private written: string | null = null;
  private isClosed = false;

  constructor(
    private readonly world: World,
    private readonly files: Files,
    private readonly credential: string,
    private readonly replica: Replica,
    private readonly trouble: (reason: string) => void,
  ) {}

  /** What is read answers nothing before the portal was heard. Never rejects. */
  async load(): Promise<void> {
    const { replica } = this;
    try {
      const stored = await this.files.read(NAME);
      if (!stored) return;
      let head: Head | null = null;
      for await (const part of this.decrypted(stored)) {
        const lines = (await unzip(part, { maxOutputLength: MAX_PART_BYTES })).toString().split("\n").filter(Boolean);
        if (!head) {
          head = readHead(lines.shift() ?? "");
          replica.begin(head, head.salt);
        }
        replica.addPage(lines.map((line) => JSON.parse(line) as StateLine));
      }
      if (head) replica.complete(head.cursor);
    } catch {
      replica.forget();
      this.trouble("The copy of keys on disk cannot be read: all of them are fetched.");
    }
  }

  start(): void {
    this.later(FIRST_AFTER_MS);
  }

  close(): void {
    this.isClosed = true;
    this.cancel();
  }

  /** Writes what is known now. Never rejects. */
  async save(): Promise<void> {
    const { epoch, history, cursorText: cursor, salt, table } = this.replica;
    if (epoch === null || history === null || cursor === null || cursor === this.written || this.replica.lacksFrom) return;
    try {
      // What changes meanwhile is told again from this cursor on.
      await this.files.write(NAME, this.encrypted({ epoch, history, cursor, salt, keys: table.keys, owners: table.owners }));
      this.written = cursor;
    } catch (error) {
      this.trouble(
        `The copy of keys could not be written: ${error instanceof Error ? error.message.slice(0, 200) : "it failed"}.`,
      );
    }
  }

  private later(milliseconds: number): void {
    if (this.isClosed) return;
    this.cancel = this.world.after(milliseconds, () => {
      void this.save().then(() => this.later(EVERY_MS + this.world.random() * JITTER_MS));
    });
  }

  /** Each part: its length, then what is in it under its number, so that none can be left out, moved or taken from another copy. */
  private async *encrypted(head: Head): AsyncGenerator<Uint8Array> {
    const salt = randomBytes(SALT_BYTES);
    const key = keyOf(this.credential, salt);
    yield Buffer.concat([FORM, salt]);
    const { table } = this.replica;
    let number = 0;
    for (let row = 0; ; row += ROWS) {
      if (this.isClosed || this.replica.table !== table) throw new Error("it is not the present any more");
      const isLast = row + ROWS >= table.length;
      const lines = [...(row === 0 ? [head] : []), ...table.linesFrom(row, row + ROWS)];
      const cipher = createCipheriv("aes-256-gcm", key, nonceOf(number)).setAAD(Buffer.of(isLast ? 1 : 0));
      const content = Buffer.concat([
        cipher.update(await zip(lines.map((line) => `${JSON.stringify(line)}\n`).join(""), { level: 1 })),
        cipher.final(),
      ]);
      const length = Buffer.alloc(5);
      length.writeUInt32BE(content.length);
      length.writeUInt8(isLast ? 1 : 0, 4);
      yield Buffer.concat([length, content, cipher.getAuthTag()]);
      number += 1;
      if (isLast) return;
    }
  }

  private async *decrypted(stored: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const reader = new Reader(stored);
    if (!(await reader.take(FORM.length)).equals(FORM)) throw new Error("another form");
    const key = keyOf(this.credential, await reader.take(SALT_BYTES));
    for (let number = 0; ; number += 1) {
      const head = await reader.take(5);
      const length = head.readUInt32BE();
      const isLast = head.readUInt8(4);
      if (length > MAX_PART_BYTES) throw new Error("another form");
      const content = await reader.take(length + TAG_BYTES);
      const cipher = createDecipheriv("aes-256-gcm", key, nonceOf(number)).setAAD(Buffer.of(isLast));
      cipher.setAuthTag(content.subarray(length));
      yield Buffer.concat([cipher.update(content.subarray(0, length)), cipher.final()]);
      if (isLast === 1) return;
    }
  }
}

/** So many bytes at a time, of pieces of any length. */
class Reader {
  private readonly pieces: AsyncIterator<Uint8Array>;
  private held: Buffer = Buffer.alloc(0);

  constructor(stored: AsyncIterable<Uint8Array>) {
    this.pieces = stored[Symbol.asyncIterator]();
  }

  async take(length: number): Promise<Buffer> {
    const parts = [this.held];
    let bytes = this.held.length;
    while (bytes < length) {
      const { value, done } = await this.pieces.next();
      if (done) throw new Error("cut short");
      parts.push(Buffer.from(value));
      bytes += value.length;
    }
    const all = Buffer.concat(parts);
    this.held = all.subarray(length);
    return all.subarray(0, length);
  }
}

function keyOf(credential: string, salt: Uint8Array): Buffer {
  return Buffer.from(hkdfSync("sha256", credential, salt, "latchkey verifier copy 1", 32));
}

/** No key is used for two copies. */
function nonceOf(number: number): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES);
  nonce.writeUInt32BE(number);
  return nonce;
}

function readHead(line: string): Head {
  const head = Object(JSON.parse(line)) as Head;
  const texts = [head.epoch, head.history, head.cursor, head.salt];
  if (!texts.every((text) => typeof text === "string") || !parseCursor(head.cursor)) throw new Error("another form");
  return { ...head, keys: Number(head.keys) || 0, owners: Number(head.owners) || 0 };
}
