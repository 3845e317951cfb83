import * as zlib from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { crc32 } from "./crc32";

test("a CRC-32 is zlib's", () => {
  expect(crc32("123456789")).toBe(0xcbf43926);
  fc.assert(
    fc.property(fc.string({ unit: "binary-ascii" }), (text) => {
      expect(crc32(text)).toBe(zlib.crc32(text));
    }),
  );
});
