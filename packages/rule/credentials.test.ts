import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Credential,
  type CredentialFormat,
  findVisiblePart,
  findWhole,
  makeCredentials,
  maskCredential,
  maskCredentials,
  parseCredential,
} from "./credentials";

const BASE62 = [..."0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"];
const issueCredentials = (format: CredentialFormat) => makeCredentials(format, randomBytes);

describe("Issued credentials", () => {
  test("of Mifumo: a key and a secret of 32 random characters and a checksum", () => {
    for (let round = 0; round < 200; round += 1) {
      const { key, secret, hint } = issueCredentials("mf_live");
      for (const credential of [key, secret ?? ""]) {
        expect(credential).toMatch(/^mf_live_[0-9A-Za-z]{38}$/);
        expect(parseCredential(credential)).toBe(credential);
      }
      expect(secret).not.toBe(key);
      expect(maskCredential("mf_live", hint)).toBe(`${key.slice(0, 14)}...`);
    }
  });

  test("of DataZag: 64 lower-case hex digits and no secret", () => {
    for (let round = 0; round < 200; round += 1) {
      const { key, secret, hint } = issueCredentials("datazag");
      expect(key).toMatch(/^datazag_[0-9a-f]{64}$/);
      expect(secret).toBeNull();
      expect(parseCredential(key)).toBe(key);
      expect(maskCredential("datazag", hint)).toBe(`${key.slice(0, 14)}...`);
    }
  });

  test("never twice", () => {
    const keys = Array.from({ length: 2000 }, () => issueCredentials("mf_live")).flatMap(({ key, secret }) => [key, secret]);
    expect(new Set(keys).size).toBe(4000);
  });

  test("use each of the 62 characters in each random place", () => {
    const keys = Array.from({ length: 10_000 }, () => issueCredentials("mf_live").key.slice(8, 40));
    for (let place = 0; place < 32; place += 1) expect(new Set(keys.map((key) => key[place])).size).toBe(62);
  });
});

describe("A checksum", () => {
  test("is the CRC-32 of what precedes it, in base62 (a known pair)", () => {
    expect(parseCredential(KNOWN)).toBe(KNOWN);
  });

  test("catches every change of a single character", () => {
    const { key } = issueCredentials("mf_live");
    for (let place = 8; place < key.length; place += 1) {
      for (const character of BASE62) {
        const changed = `${key.slice(0, place)}${character}${key.slice(place + 1)}`;
        expect(parseCredential(changed)).toBe(changed === key ? key : null);
      }
    }
  });

  test("catches every swap of two neighbours", () => {
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 44 }), (place) => {
        const { key } = issueCredentials("mf_live");
        const swapped = `${key.slice(0, place)}${key[place + 1]}${key[place]}${key.slice(place + 2)}`;
        expect(parseCredential(swapped)).toBe(swapped === key ? key : null);
      }),
    );
  });
});

describe("The form", () => {
  test("of arbitrary text is refused", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(parseCredential(text)).toBeNull();
        expect(parseCredential(`mf_live_${text}`)).toBeNull();
      }),
    );
  });

  test("allows nothing before, after or in another case", () => {
    for (const format of ["mf_live", "datazag"] as const) {
      const { key } = issueCredentials(format);
      for (const text of [` ${key}`, `${key} `, `${key}\n`, `${key}\0`, key.slice(1), key.slice(0, -1), `${key}0`, `x${key}`])
        expect(parseCredential(text)).toBeNull();
    }
    expect(parseCredential(`datazag_${"A".repeat(64)}`)).toBeNull();
    expect(parseCredential(`DATAZAG_${"a".repeat(64)}`)).toBeNull();
    expect(parseCredential(`datazag_${"a".repeat(64)}`)).toBe(`datazag_${"a".repeat(64)}`);
  });
});

describe("In a text", () => {
  test("a credential is found, told by its first six characters, and cut to them", () => {
    for (const format of ["mf_live", "datazag"] as const) {
      const { key, hint } = issueCredentials(format);
      const text = `Key: ${key}, of today`;
      expect(findWhole(text)).toBe(key);
      expect(findVisiblePart(text)).toBe(`${format}_${hint}`);
      expect(maskCredentials(`${text} ${key}`)).toBe(
        `Key: ${maskCredential(format, hint)}, of today ${maskCredential(format, hint)}`,
      );
      expect(findWhole(`${key}0`)).toBeNull();
      expect(findVisiblePart(key.slice(0, -1))).toBe(`${format}_${hint}`);
      expect(findVisiblePart(maskCredential(format, hint))).toBeNull();
    }
  });
});

const KNOWN = "mf_live_0123456789ABCDEFGHIJKLMNOPQRSTUV0SR7wj" as Credential;
