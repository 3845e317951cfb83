import { createHash } from "node:crypto";
import fs from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { z } from "zod";
import { Failure } from "./failure";

/**
 * A backup is gzip of: a head, one line of JSON; the rows of each table of the head, as COPY writes text, ended by a line
 * `\.`; and a foot, one line of JSON with the SHA-256 of all before it.
 */
export const FORMAT = 1;
export const END_OF_ROWS = "\\.\n";

const headSchema = z.object({
  latchkey_backup: z.literal(FORMAT),
  /** The portal's, for people. */
  version: z.string(),
  made_at: z.iso.datetime(),
  migrations: z.array(z.string().regex(/^\w+$/)).min(1),
  /** Of KEY_HASH_SECRET, and of the former one where there was one. */
  key_hash_secrets: z.array(z.string()).min(1),
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()).min(1), rows: z.int().min(0) })),
  sequences: z.array(z.object({ name: z.string(), value: z.string().regex(/^\d+$/), isCalled: z.boolean() })),
});
const footSchema = z.object({ sha256: z.string() });

export type Head = z.infer<typeof headSchema>;
type HeadTable = Head["tables"][number];

/** What a foot says of all before it. */
export function checksum(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/**
 * Reads a whole backup, a piece at a time. `take` gets each table's rows and must read them all.
 * @returns the head and the checksum
 * @throws Failure for a file that is no backup, is damaged or was cut short
 */
export async function readBackup(
  file: string,
  take: (table: HeadTable, rows: AsyncIterable<Buffer>) => Promise<void>,
  begin: (head: Head) => Promise<void> | void = () => {},
): Promise<{ head: Head; sha256: string }> {
  const source = readLines(file);
  const head = parseHead(await source.line(), file);
  await begin(head);
  for (const table of head.tables) await take(table, source.rows());
  const sha256 = source.checksum();
  const foot = footSchema.safeParse(parseJson(await source.line()));
  if (!foot.success || foot.data.sha256 !== sha256) throw damaged(file);
  return { head, sha256 };
}

function parseHead(line: Buffer, file: string): Head {
  const json = parseJson(line);
  const marked = z.object({ latchkey_backup: z.number() }).safeParse(json);
  if (!marked.success) throw new Failure(`${file} is not a backup of the portal. Nothing was changed.`);
  if (marked.data.latchkey_backup !== FORMAT) {
    throw new Failure(`${file} was made by another version of the portal. Restore it with that one. Nothing was changed.`);
  }
  const head = headSchema.safeParse(json);
  if (!head.success) throw damaged(file);
  return head.data;
}

function parseJson(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString("utf8"));
  } catch {
    return undefined;
  }
}

function damaged(file: string): Failure {
  return new Failure(`${file} is damaged or was cut short. Nothing was changed: take another backup.`);
}

const NEWLINE = 0x0a;
const END = Buffer.from(END_OF_ROWS);

function readLines(file: string) {
  // Errors of the file reach the reader through the stream that unpacks it.
  const chunks = pipeline(fs.createReadStream(file), createGunzip(), () => {})[Symbol.asyncIterator]();
  const hash = createHash("sha256");
  let rest: Buffer = Buffer.alloc(0);

  const more = async (): Promise<void> => {
    const next = await chunks.next().catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") throw new Failure(`There is no file ${file}.`);
      if (error.code === "EACCES" || error.code === "EISDIR") throw new Failure(`${file} cannot be read.`);
      throw damaged(file);
    });
    if (next.done) throw damaged(file);
    rest = rest.length === 0 ? next.value : Buffer.concat([rest, next.value]);
  };
  const cut = (length: number): Buffer => {
    const piece = rest.subarray(0, length);
    rest = rest.subarray(length);
    hash.update(piece);
    return piece;
  };
  return {
    line: async (): Promise<Buffer> => {
      while (!rest.includes(NEWLINE)) await more();
      return cut(rest.indexOf(NEWLINE) + 1);
    },
    /** `rest` begins with a line whenever it is looked at, so what looks like the end is one. */
    rows: async function* (): AsyncGenerator<Buffer> {
      for (;;) {
        const isEnd = rest.subarray(0, END.length).equals(END);
        if (isEnd) return void cut(END.length);
        const end = rest.indexOf(`\n${END_OF_ROWS}`);
        const whole = (end === -1 ? rest.lastIndexOf(NEWLINE) : end) + 1;
        if (whole > 0) yield cut(whole);
        else await more();
      }
    },
    checksum: () => hash.copy().digest("hex"),
  };
}
