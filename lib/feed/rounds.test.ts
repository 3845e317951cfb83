import { createHash, createPublicKey, verify } from "node:crypto";
import { type FrameLine, type StateLine, signedTextOf, signedTextOfKey, signedTextOfReset } from "@latchkey/rule/feed";
import { beforeEach, expect, test, vi } from "vitest";
import { askLines, writeReset, writeRound } from "./rounds";
import { feedKeys, requireFeed } from "./signing";

const settings = vi.hoisted(() => ({ now: {} as Record<string, string | undefined> }));
vi.mock("@/lib/settings/env", () => ({ env: () => settings.now }));
const [FIRST, SECOND] = ["a".repeat(40), "b".repeat(40)];
beforeEach(() => {
  settings.now = { FEED_SIGNING_KEY: FIRST };
});

const SPKI = Buffer.from("302a300506032b6570032100", "hex");
const publicKey = (key: string) =>
  createPublicKey({ key: Buffer.concat([SPKI, Buffer.from(key, "base64url")]), format: "der", type: "spki" });
const holds = (text: Uint8Array, signature: Uint8Array, key = feedKeys().key) => verify(null, text, publicKey(key), signature);

const LINES: StateLine[] = [{ t: "owner", id: "3f2504e0-4f89-41d3-9a0c-0305e82c3301", rev: 3, banned: false, credits: "some" }];
const ENDS = {
  ...{
    epoch: "86376745-41d1-481b-8549-7e0857bd7077",
    history: "7432:1",
    from: "901:907:903",
    to: "905:911:",
    as_of: 1_795_860_706_655,
  },
};
const COUNTS = { mf_live: 0, datazag: 2, foreign: 1 };
const NONE = { mf_live: 0, datazag: 0, foreign: 0 };
const frameOf = (bytes: Uint8Array): { before: string; frame: FrameLine } => {
  const lines = Buffer.from(bytes).toString().trimEnd().split("\n");
  return {
    before: lines
      .slice(0, -1)
      .map((line) => `${line}\n`)
      .join(""),
    frame: JSON.parse(lines.at(-1) ?? ""),
  };
};

test("a frame is signed over all that it says, and over the lines before it", () => {
  const { before, frame } = frameOf(writeRound(LINES, ENDS, COUNTS).bytes);
  expect(before).toBe(`${JSON.stringify(LINES[0])}\n{"t":"unsealed","mf_live":0,"datazag":2,"foreign":1}\n`);
  expect(frame).toMatchObject({ ...ENDS, lines: 2, unsealed: 3, sha256: createHash("sha256").update(before).digest("hex") });
  expect(frameOf(writeRound(LINES, ENDS, NONE).bytes)).toMatchObject({
    before: `${JSON.stringify(LINES[0])}\n`,
    frame: { unsealed: 0 },
  });
  const { signature, ...signed } = frame;
  const text = Buffer.from(signedTextOf(signed));
  const bytes = Buffer.from(signature, "base64url");
  expect(holds(text, bytes)).toBe(true);
  for (const whole of [text, bytes])
    for (const place of whole.keys()) {
      whole[place] = (whole[place] ?? 0) ^ 1;
      expect(holds(text, bytes), String(place)).toBe(false);
      whole[place] = (whole[place] ?? 0) ^ 1;
    }
  expect(holds(text, bytes)).toBe(true);
});

test("of many changes ids are told, 40,000 a line, and none where there are none", () => {
  const uuids = Buffer.alloc(16 * 40_001, 7);
  const lines = askLines("key", uuids);
  expect(lines.map(({ ids }) => Buffer.from(ids, "base64url").byteLength / 16)).toStrictEqual([40_000, 1]);
  expect(Buffer.concat(lines.map(({ ids }) => Buffer.from(ids, "base64url"))).equals(uuids)).toBe(true);
  expect(askLines("owner", new Uint8Array())).toStrictEqual([]);
});

test("what is signed of one line is not what is signed of another", () => {
  const reset = JSON.parse(Buffer.from(writeReset("bulk", ENDS.epoch, ENDS.as_of)).toString());
  expect(holds(Buffer.from(signedTextOfReset(reset)), Buffer.from(reset.signature, "base64url"))).toBe(true);
  expect(holds(Buffer.from(signedTextOfReset({ ...reset, reason: "revoked" })), Buffer.from(reset.signature, "base64url"))).toBe(
    false,
  );
  const { frame } = frameOf(writeRound([], ENDS, NONE).bytes);
  expect(holds(Buffer.from(signedTextOfReset(reset)), Buffer.from(frame.signature, "base64url"))).toBe(false);
});

test("the former key vouches for the new one, and none is there without the setting", () => {
  const former = feedKeys();
  expect(former.former).toBeNull();
  settings.now = { FEED_SIGNING_KEY: SECOND, FEED_SIGNING_KEY_PREVIOUS: FIRST };
  const { key, former: voucher } = feedKeys();
  expect(key).not.toBe(former.key);
  expect(voucher?.key).toBe(former.key);
  expect(holds(Buffer.from(signedTextOfKey(key)), Buffer.from(voucher?.signature ?? "", "base64url"), former.key)).toBe(true);
  settings.now = {};
  expect(requireFeed).toThrow("The feed is not set up here");
});
