import { expect, test } from "vitest";
import { ImportFailure, type ImportFile, type Row, readRecord, rowsOf } from "./rows";

/** In pieces of a few bytes, so that lines and characters are cut anywhere. */
const fileOf = (content: string | Buffer, piece = 7): ImportFile => {
  const bytes = Buffer.from(content);
  return {
    name: "file",
    size: bytes.length,
    open: async function* () {
      for (let from = 0; from < bytes.length; from += piece) yield bytes.subarray(from, from + piece);
    },
  };
};

async function read(content: string | Buffer, piece?: number): Promise<Row[]> {
  const found: Row[] = [];
  for await (const { rows } of rowsOf(fileOf(content, piece))) found.push(...rows);
  return found;
}

const user = (line: number, fields: object) => ({ line, kind: "user", fields });

test.each([
  ["commas", "id,email,name\n1,a@b.example,Asha\n"],
  ["semicolons", "id;email;name\n1;a@b.example;Asha"],
  ["tabs", "id\temail\tname\n1\ta@b.example\tAsha\n"],
  ["a byte order mark and CRLF", "\uFEFFid,email,name\r\n1,a@b.example,Asha\r\n"],
  ["quotes, and capital letters in the heading", '"ID","Email","Name"\n"1","a@b.example","Asha"\n'],
  ["NDJSON", '{"type":"user","id":"1","email":"a@b.example","name":"Asha","phone_number":null,"timezone":""}\n'],
  [
    "NDJSON with a byte order mark, blank lines and CRLF",
    '\uFEFF{"type":"user","id":"1","email":"a@b.example","name":"Asha"}\r\n\r\n',
  ],
])("A file with %s is read", async (_, content) => {
  const fields = { id: "1", email: "a@b.example", name: "Asha" };
  const expected = content.includes("{") ? user(1, { type: "user", ...fields }) : user(2, fields);
  expect(await read(content)).toStrictEqual([expected]);
});

test("A cell in quotes holds separators, quotes and line breaks, and the lines after it have their own numbers", async () => {
  const rows = await read('id,email,name\n1,a@b.example,"Mrema, ""A""\nAsha"\n2,c@d.example,\n');
  expect(rows).toStrictEqual([
    user(2, { id: "1", email: "a@b.example", name: 'Mrema, "A"\nAsha' }),
    user(4, { id: "2", email: "c@d.example" }),
  ]);
});

test("A column says what a row is, or the columns do", async () => {
  const kinds = async (content: string) => (await read(content)).map((row) => ("kind" in row ? row.kind : row.refused));
  expect(await kinds("type,id,email,user_id,credits\nuser,1,a@b.example,,\nbalance,,,1,5\nking,,,,")).toStrictEqual([
    "user",
    "balance",
    "Its type must be user, key, balance or form.",
  ]);
  expect(await kinds("user_id,credential\n1,x")).toStrictEqual(["key"]);
  expect(await kinds("email,credits\na@b.example,5")).toStrictEqual(["balance"]);
});

test("What is wrong with a line costs that line alone", async () => {
  const long = `2,${"x".repeat(64 * 1024)}`;
  const lines = [
    "id,email",
    "1,a@b.example",
    long,
    "3,nul\0",
    "4,a,b",
    '5,"open',
    '6,a"b@c.example',
    "7,b@b.example",
    `8,"${"y".repeat(40_000)}`,
    "z".repeat(40_000),
    "9,c@b.example",
  ];
  const rows = await read(Buffer.concat([Buffer.from(lines.join("\n")), Buffer.from("\n10,"), Buffer.from([0xff, 0xfe])]), 4096);
  expect(rows.map((row) => [row.line, "refused" in row ? row.refused : row.fields.id])).toStrictEqual([
    [2, "1"],
    [3, "The line is longer than 64 KiB."],
    [4, "The line holds a NUL."],
    [5, "The line has more or fewer columns than the first one."],
    [6, "A quote is opened and never closed."],
    [7, "The quotes of the line cannot be read."],
    [8, "7"],
    [9, "A quote is opened and never closed."],
    [10, "The line has more or fewer columns than the first one."],
    [11, "9"],
    [12, "The line is not UTF-8."],
  ]);
  const json = await read('{"type":"user"}\n{"type":\n[]\n"text"\n{"type":"user","id":1}{"x":1}\n');
  expect(json.map((row) => ("refused" in row ? row.refused : "read"))).toStrictEqual([
    "read",
    "The line is no JSON.",
    "The line is no JSON object.",
    "The line is no JSON object.",
    "The line is no JSON.",
  ]);
});

test("A file whose quotes make no sense is given up before each of its lines has been put together with all that follow", async () => {
  const lines = 'a"b,"c\n'.repeat(20_000);
  await expect(read(`id,email\n${lines}`, 32 * 1024)).rejects.toThrow("thousands of its quotes are opened and never closed");
});

test("A line of hundreds of megabytes is not kept", async () => {
  const piece = Buffer.alloc(1024 * 1024, "x");
  const file: ImportFile = {
    name: "file",
    size: 0,
    open: async function* () {
      yield Buffer.from('{"type":"user","id":1}\n');
      for (let count = 0; count < 200; count += 1) yield piece;
      yield Buffer.from("\n");
    },
  };
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  const found: Row[] = [];
  for await (const { rows } of rowsOf(file)) {
    found.push(...rows);
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  expect(found.at(-1)).toStrictEqual({ line: 2, refused: "The line is longer than 64 KiB." });
  expect(most).toBeLessThan(20 * 1024 * 1024);
});

test.each([
  ["a JSON array", '[{"type":"user"}]', /is a JSON array/],
  ["a column that is not known", "id,email,expires\n", /columns that are not known: "expires"/],
  ["a column twice", "id,email,ID\n", /a column twice/],
  ["columns that say nothing", "name,timezone\n", /do not say what it holds/],
  ["no heading", "1,a@b.example\n", /that are not known: column 1, column 2\. Its first line must name the columns/],
  [
    "no heading but a key",
    `k1,7,nata_${"0a".repeat(16)}\n`,
    /^file has columns that are not known: column 1, column 2, column 3\./,
  ],
])("A file with %s is refused as a whole", async (_, content, sentence) => {
  await expect(read(content)).rejects.toThrow(sentence);
  await expect(read(content)).rejects.toBeInstanceOf(ImportFailure);
});

const key = (fields: object) => readRecord("key", { user_id: 1, credential: "x", ...fields });
const created = (created_at: unknown) => {
  const read = key({ created_at });
  return "record" in read ? read.record?.created_at?.toISOString() : "refused";
};

test.each([
  ["2024-01-02T03:04:05.678Z", "2024-01-02T03:04:05.678Z"],
  ["2024-01-02 03:04:05.123456+00", "2024-01-02T03:04:05.123Z"],
  ["2024-01-02 06:04:05+03:00", "2024-01-02T03:04:05.000Z"],
  ["2024-01-02 03:04:05", "2024-01-02T03:04:05.000Z"],
  ["2024-01-02", "2024-01-02T00:00:00.000Z"],
  [1704164645, "2024-01-02T03:04:05.000Z"],
  ["1704164645678", "2024-01-02T03:04:05.678Z"],
  ["20240102", "refused"],
  ["02/01/2024", "refused"],
  ["2024-02-30", "refused"],
  ["1969-12-31T23:59:59Z", "refused"],
  ["+010000-01-01T00:00:00Z", "refused"],
  ["infinity", "refused"],
  [-1, "refused"],
  [true, "refused"],
])("The instant %s is %s", (written, at) => {
  expect(created(written)).toBe(at);
});

test("What has been cannot lie ahead, and what is to come can", () => {
  const ahead = "2999-01-01T00:00:00.000Z";
  const been = { created_at: ahead, last_used_at: ahead, revoked_at: ahead, disabled_at: ahead };
  const replaced = [{ credential: "y", replaced_at: ahead, valid_until: ahead }];
  const { record } = key({ ...been, expires_at: ahead, replaced });
  const now = Date.now();
  for (const name of ["created_at", "last_used_at", "revoked_at", "disabled_at"] as const)
    expect([name, Number(record?.[name]) <= now]).toStrictEqual([name, true]);
  expect(Number(record?.replaced?.[0]?.replaced_at)).toBeLessThanOrEqual(now);
  expect([record?.expires_at, record?.replaced?.[0]?.valid_until]).toStrictEqual([new Date(ahead), new Date(ahead)]);
  const user = readRecord("user", { id: 1, email: "a@b.example", created_at: ahead });
  expect(Number(user.record?.created_at)).toBeLessThanOrEqual(Date.now());
});

test("What is wrong with a row is said without what it held", () => {
  const secret = "mif_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNO_-";
  const refusals = [
    key({ total_uses: secret }),
    key({ permissions: secret }),
    key({ active: secret }),
    key({ created_at: secret }),
    key({ credential_sha256: secret }),
    key({ uuid: secret }),
    key({ user_id: `\u0000${secret}` }),
    key({ form: secret }),
    key({ visible_part: `${secret} x` }),
    key({ replaced: [{ credential: secret, valid_until: secret }] }),
    key({ email: secret, user_id: undefined }),
    readRecord("user", { id: secret.repeat(3), email: "a@b.example" }),
    readRecord("user", { id: 1, email: "a@b.example", password_hash: { secret } }),
    readRecord("balance", { user_id: 1, credits: secret }),
  ];
  expect(refusals.filter((read) => "record" in read)).toStrictEqual([]);
  expect(JSON.stringify(refusals)).not.toContain("abcdefg");
  expect(key({ credential_sha256: "00" })).toStrictEqual({
    refused: "credential_sha256: This is no SHA-256: it has 64 hexadecimal digits, or 43 characters of base64url.",
  });
  expect(key({ credential: undefined })).toStrictEqual({
    refused: "There must be one of credential, credential_sha256 and latchkey_hash.",
  });
  expect(key({ expiry: 1 })).toStrictEqual({ refused: "It has a field that is not known: expiry." });
  expect(key({ [`nata_${"0a".repeat(16)}`]: 1 })).toStrictEqual({ refused: "It has a field that is not known." });
});
