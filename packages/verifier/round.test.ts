import { createHash, generateKeyPairSync, sign } from "node:crypto";
import {
  type AskLine,
  type FrameLine,
  type KeyLine,
  type RoundLine,
  signedTextOf,
  signedTextOfReset,
  signedTextOfTime,
  type UnsealedLine,
} from "@latchkey/rule/feed";
import { beforeEach, expect, test } from "vitest";
import { Freshness } from "./freshness";
import { parsed, Replica } from "./replica";
import { type Heard, linesOfPage, NotBelieved, type Round, RoundReader } from "./round";
import { realWorld } from "./world";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const feedKey = publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("base64url");
const { isSigned } = realWorld("http://portal", "");
const signed = (text: string) => sign(null, Buffer.from(text), privateKey).toString("base64url");

const EPOCH = "86376745-41d1-481b-8549-7e0857bd7077";
const SESSION = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
const AS_OF = 1_795_860_706_655;
const idOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const bytesOf = (n: number) => createHash("sha256").update(String(n)).digest().subarray(0, 24);
const digestOf = (n: number) => new Uint32Array(Uint8Array.from(bytesOf(n)).buffer);
const key = (n: number, rev: number, st: KeyLine["st"] = "active"): KeyLine => {
  const d = bytesOf(n).toString("base64url");
  return { t: "key", id: idOf(n), rev, owner: SESSION, name: "ключ", p: ["read"], creds: [{ d, s: null }], exp: null, st };
};

const toText = (lines: readonly unknown[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join("");

function roundOf(lines: readonly RoundLine[], from: string, to: string, given: Partial<FrameLine> = {}): Buffer {
  const sha256 = createHash("sha256").update(toText(lines)).digest("hex");
  const ends = { epoch: EPOCH, history: "1:1", from, to, as_of: AS_OF, lines: lines.length, sha256, unsealed: 0 };
  const frame = { t: "frame" as const, ...ends, ...given };
  return Buffer.from(toText([...lines, { ...frame, signature: signed(signedTextOf(frame)) }]));
}

const reader = () =>
  new RoundReader({ epoch: EPOCH, history: "1:1", isSigned: (text, signature) => isSigned(feedKey, text, signature) });
const read = (...chunks: Uint8Array[]): Heard[] => {
  const own = reader();
  return chunks.flatMap((chunk) => [...own.read(chunk)]);
};

let replica: Replica;
beforeEach(() => {
  replica = new Replica(new Freshness({ monotonic: () => 0, wall: () => 0 }, 2_000));
  replica.begin({ epoch: EPOCH, history: "1:1", keys: 1, owners: 1 }, "salt1234");
  replica.complete("10:10:");
});
const apply = (bytes: Uint8Array) => read(bytes).map((heard) => (heard.t === "round" ? replica.apply(heard) : heard));
const revOf = (n: number) => {
  const row = replica.table.keyRowById(idOf(n));
  return row < 0 ? null : replica.table.rev(row);
};

test("a round is given out whole, in whatever pieces it comes", () => {
  const bytes = roundOf([key(1, 1), key(2, 4, "revoked")], "10:10:", "10:12:");
  const whole = read(bytes);
  expect(whole).toMatchObject([{ t: "round", lines: [key(1, 1), key(2, 4, "revoked")], frame: { lines: 2, to: "10:12:" } }]);
  for (let cut = 0; cut <= bytes.length; cut += 1)
    expect(read(bytes.subarray(0, cut), bytes.subarray(cut)), String(cut)).toStrictEqual(whole);
  expect(read(...[...bytes].map((byte) => Uint8Array.of(byte)))).toStrictEqual(whole);
  for (let cut = 0; cut < bytes.length; cut += 1) expect(read(bytes.subarray(0, cut)), String(cut)).toStrictEqual([]);
});

test("of a round nothing is believed that was changed: every byte", () => {
  const bytes = roundOf([key(1, 1)], "10:10:", "10:12:");
  for (const place of bytes.keys()) {
    const changed = Buffer.from(bytes);
    changed[place] = (changed[place] ?? 0) ^ 1;
    let heard: Heard[] = [];
    try {
      heard = read(changed);
    } catch (error) {
      expect(error).toBeInstanceOf(NotBelieved);
    }
    // White space and the like stand for nothing: what is given out is what was signed.
    expect(heard, String(place)).toStrictEqual([]);
  }
});

test("a line too few, one too many, one from elsewhere and another order are refused", () => {
  const [first, second] = [toText([key(1, 1)]), toText([key(2, 1)])];
  const bytes = roundOf([key(1, 1), key(2, 1)], "10:10:", "10:12:").toString();
  const frame = bytes.slice(first.length + second.length);
  for (const forged of [
    frame,
    first + frame,
    second + frame,
    second + first + frame,
    first + first + frame,
    toText([key(3, 1)]) + second + frame,
  ])
    expect(() => read(Buffer.from(forged)), forged).toThrow(NotBelieved);
  // Before the round there may be what nobody knows yet.
  expect(read(Buffer.from(`{"t":"news"}\n${bytes}`))).toHaveLength(1);
  expect(read(Buffer.from(toText([key(9, 9)]) + bytes))).toMatchObject([{ lines: [{ id: idOf(1) }, { id: idOf(2) }] }]);
  expect(() => read(Buffer.from("no line\n"))).toThrow(NotBelieved);
  expect(() => read(Buffer.alloc(2 * 1024 * 1024, "x"))).toThrow("A line of the feed is too long.");
});

test("another epoch, another history, and a signature of something else are refused", () => {
  for (const given of [{ epoch: SESSION }, { history: "1:2" }])
    expect(() => read(roundOf([], "10:10:", "10:12:", given))).toThrow(NotBelieved);
  const reset = { t: "reset" as const, reason: "revoked" as const, epoch: EPOCH, as_of: AS_OF };
  const line = (signature: string, given = {}) => Buffer.from(toText([{ ...reset, ...given, signature }]));
  expect(read(line(signed(signedTextOfReset(reset))))).toMatchObject([{ t: "reset", reason: "revoked" }]);
  expect(() => read(line(signed(signedTextOfReset({ ...reset, reason: "bulk" }))))).toThrow(NotBelieved);
  const time = { t: "time" as const, session: SESSION, epoch: EPOCH, nonce: "n".repeat(20), now: AS_OF };
  const timeLine = (given = {}) => Buffer.from(toText([{ ...time, ...given, signature: signed(signedTextOfTime(time)) }]));
  expect(read(timeLine())).toHaveLength(1);
  for (const given of [{ now: AS_OF + 1 }, { nonce: "o".repeat(20) }, { session: EPOCH }])
    expect(() => read(timeLine(given))).toThrow(NotBelieved);
});

test("a round counts for whoever has what came before it, and one that comes again changes nothing", () => {
  const first = roundOf([key(1, 1)], "10:10:", "10:12:");
  const second = roundOf([key(1, 2, "revoked")], "10:12:", "10:14:");
  expect(apply(second)).toStrictEqual([null]);
  expect(revOf(1)).toBeNull();
  expect(apply(first)).toMatchObject([{ isNew: true, hasNarrowed: false }]);
  expect(apply(second)).toMatchObject([{ isNew: true, narrowed: [idOf(1)] }]);
  expect([revOf(1), replica.cursorText]).toStrictEqual([2, "10:14:"]);
  for (const again of [first, second]) expect(apply(again)).toMatchObject([{ isNew: false, hasNarrowed: false }]);
  expect([revOf(1), replica.cursorText]).toStrictEqual([2, "10:14:"]);
  // Another stream's, from further back: what is older in it is not taken.
  expect(apply(roundOf([key(1, 1), key(2, 1)], "10:10:", "10:15:"))).toMatchObject([{ isNew: true }]);
  expect([revOf(1), revOf(2), replica.cursorText]).toStrictEqual([2, 1, "10:15:"]);
});

test("a writer that was open is waited for: a round that passes it over begins where it is not seen", () => {
  apply(roundOf([key(1, 1)], "10:10:", "11:14:11,13"));
  // It begins with 13 seen, which this reader has not.
  expect(apply(roundOf([], "11:14:11", "14:14:"))).toStrictEqual([null]);
  expect(apply(roundOf([key(2, 1)], "11:13:11", "11:14:11"))).toMatchObject([{ isNew: true }]);
  expect(replica.cursorText).toBe("11:14:11");
});

test("a page is what its name says", () => {
  const page = Buffer.from(toText([key(1, 1), { t: "news" }]));
  const name = createHash("sha256").update(page).digest("hex");
  expect(linesOfPage(page, name)).toStrictEqual([key(1, 1)]);
  expect(() => linesOfPage(Buffer.concat([page, page]), name)).toThrow(NotBelieved);
});

test("nothing is applied of what another wrote, whatever it is", () => {
  const forger = generateKeyPairSync("ed25519").privateKey;
  const frame = JSON.parse(
    roundOf([key(1, 2 ** 40)], "10:10:", "10:12:")
      .toString()
      .split("\n")[1] ?? "",
  ) as FrameLine;
  const signature = sign(null, Buffer.from(signedTextOf(frame)), forger).toString("base64url");
  expect(() => apply(Buffer.from(toText([key(1, 2 ** 40), { ...frame, signature }])))).toThrow(NotBelieved);
  expect(revOf(1)).toBeNull();
  expect((read(roundOf([key(1, 1)], "10:10:", "10:12:"))[0] as Round).lines).toHaveLength(1);
});

test("a snapshot that does not know of all that has to be asked about gives none of its states", () => {
  const ask = (n: number): AskLine => ({
    ...{ t: "ask", kind: "key" },
    ids: Buffer.from(idOf(n).replaceAll("-", ""), "hex").toString("base64url"),
  });
  const isHeld = (n: number) => replica.table.find(digestOf(n)) >= 0;
  const relearn = (cursor: string, ...lines: KeyLine[]) => replica.relearn(lines, parsed(cursor));
  replica.addPage([key(1, 1), key(2, 1)]);
  expect(relearn("20:20:", key(1, 1))).toBe(false);
  apply(roundOf([ask(1), ask(3)], "10:10:", "12:12:"));
  // Of before.
  const late = [relearn("11:11:", key(1, 1)), relearn("11:14:11", key(3, 1)), isHeld(1), isHeld(3)];
  expect(late).toStrictEqual([false, false, false, false]);
  expect([relearn("12:12:", key(1, 2), key(3, 1)), isHeld(1), isHeld(3)]).toStrictEqual([true, true, true]);
  // While the rest of it is read much changes again.
  apply(roundOf([ask(2), ask(4)], "12:12:", "14:14:"));
  expect([relearn("12:12:", key(2, 1), key(4, 1)), isHeld(2), isHeld(4), isHeld(1)]).toStrictEqual([false, false, false, true]);
  replica.caughtUp(parsed("12:12:"));
  expect(relearn("14:14:", key(2, 2, "revoked"), key(4, 2))).toBe(true);
  replica.caughtUp(parsed("14:14:"));
  expect([replica.lacksFrom, isHeld(2), isHeld(4)]).toStrictEqual([null, true, true]);
});

test("which forms may have credentials that are not known is told by each frame, and by a portal of before not at all", () => {
  const said = (unsealed: number, ...lines: UnsealedLine[]) => {
    apply(roundOf(lines, "10:10:", "10:10:", { unsealed }));
    return ["mf_live_x", "datazag_x", "sk_x"].map((credential) => replica.knowsAll(credential));
  };
  const counts = { t: "unsealed" as const, mf_live: 0, datazag: 4, foreign: 0 };
  expect(replica.knowsAll("mf_live_x")).toBe(false);
  expect(said(0)).toStrictEqual([true, true, true]);
  expect(said(4, counts)).toStrictEqual([true, false, true]);
  expect(replica.unsealedByForm).toStrictEqual({ mf_live: 0, datazag: 4, foreign: 0 });
  expect(said(4)).toStrictEqual([false, false, false]);
  // Nobody counted further.
  expect(said(10_000, { ...counts, datazag: 10_000 })).toStrictEqual([false, false, false]);
});
