import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
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
import { readingsOf } from "./encodings";
import { type CredentialForm, formOf } from "./forms";
import { learnForms } from "./known-forms";
import { describeMalformed } from "./malformed";
import { maskedJson } from "./masked-json";

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

const percent = (text: string) => [...text].map((sign) => `%${sign.charCodeAt(0).toString(16)}`).join("");
const again = (text: string) => text.replaceAll("%", "%25");
const base64 = (text: string) => Buffer.from(text).toString("base64");

/** How a credential stands in text from outside, each form of which gives all of it away. */
const FORMS: [string, (credential: string) => string][] = [
  ["by itself", (k) => k],
  ["behind letters and an underscore", (k) => `/v1/key_${k}`],
  ["behind a letter and before one", (k) => `x${k}x`],
  ["behind an escaped space", (k) => `?auth=Bearer%20${k}`],
  ["in an address in an address", (k) => `?redirect=%2Fx%3Fkey%3D${k}&a=b`],
  ["behind an escaped line break", (k) => JSON.stringify(`line1\n${k}`)],
  ["twice, with nothing between", (k) => k + k],
  ["behind a beginning of another", (k) => `mf_live_${k}`],
  ["in capital letters", (k) => k.toUpperCase()],
  ["with its underscores escaped", (k) => k.replaceAll("_", "%5F")],
  ["percent-encoded", percent],
  ["percent-encoded twice", (k) => again(percent(k))],
  ["percent-encoded three times", (k) => again(again(percent(k)))],
  ["percent-encoded from the middle on", (k) => k.slice(0, 12) + percent(k.slice(12))],
  ["percent-encoded beside another", (k) => k + percent(k)],
  ["with escapes of JSON", (k) => k.replaceAll("_", "\\u005f").replace("l", "\\u006C")],
  ["as a user name, for basic authentication", (k) => `Basic ${base64(`${k}:`)}`],
  ["as a password of a long name", (k) => `Basic ${base64(`someone@example.com:${k}`)}`],
  ["in base64 behind one byte", (k) => base64(`é${k}`.slice(0, 1) + k)],
  ["in base64 behind two bytes", (k) => base64(`é${k}`)],
  ["in base64url between signs of base64", (k) => `/a/key_${Buffer.from(`??>${k}>>?`).toString("base64url")}`],
  ["in base64, percent-encoded", (k) => encodeURIComponent(base64(`ÿ?>${k}ÿÿ?`))],
  ["in base64 that is broken into lines", (k) => base64(`key ${k}`).replace(/(.{40})/, "$1\r\n")],
  ["in base64 in lines, as JSON", (k) => JSON.stringify(base64(`key ${k}`).replace(/(.{40})/, "$1\r\n"))],
];

/** Whether the text, undone in each of these ways, still has so much of what comes behind the hint. */
function givesAway(text: string, credential: string): boolean {
  const tail = credential.slice(20).toLowerCase();
  let read = text.replace(/\\u00([0-9a-f]{2})/gi, "%$1");
  for (let times = 0; times < 4; times += 1) {
    const joined = read.replace(/\r\n|\\r\\n/g, "");
    const bytes = [0, 1, 2, 3].flatMap((skipped) =>
      (joined.match(/[\w+/-]+/g) ?? []).map((run) => Buffer.from(run.slice(skipped), "base64").toString("latin1")),
    );
    if ([joined, ...bytes].some((decoded) => decoded.toLowerCase().includes(tail))) return true;
    read = read.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  }
  return false;
}

describe("Nothing of a credential but its hint is left in a text that holds it", () => {
  for (const format of ["mf_live", "datazag"] as const) {
    test.each(FORMS)(`${format} %s`, (_, write) => {
      for (let round = 0; round < 5; round += 1) {
        const { key, secret } = issueCredentials(format);
        for (const credential of secret ? [key, secret] : [key]) {
          const text = `before ${write(credential)} behind`;
          expect(givesAway(text, credential)).toBe(true);
          const masked = maskCredentials(text);
          expect(givesAway(masked, credential)).toBe(false);
          expect(masked).toMatch(/^before .*\.\.\. ?.*behind$/s);
          expect(maskCredentials(masked)).toBe(masked);
        }
      }
    });
  }

  test("whatever stands around it", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        fc.constantFrom(...FORMS),
        fc.string({ unit: "binary" }),
        (before, [, write], behind) => {
          const { key } = issueCredentials("mf_live");
          expect(givesAway(maskCredentials(before + write(key) + behind), key)).toBe(false);
        },
      ),
    );
  });

  test("and other text stays as it is", () => {
    for (const text of [
      "/v1/users/a%20b?c=d%2525",
      "mf_live_",
      "mf_live_abc123...",
      "datazag_abc123…",
      "\\u00e9 %zz %",
      base64("no key"),
    ])
      expect(maskCredentials(text)).toBe(text);
  });

  test("in JSON value by value, names of fields too", () => {
    const { key, hint } = issueCredentials("mf_live");
    const shown = `mf_live_${hint}...`;
    const value = { log: `line1\n${key}`, [`of ${key}`]: [{ deep: [key] }], count: 1.5, none: null, ok: true };
    expect(JSON.parse(maskedJson(value))).toStrictEqual({
      log: `line1\n${shown}`,
      [`of ${shown}`]: [{ deep: [shown] }],
      count: 1.5,
      none: null,
      ok: true,
    });
    expect(maskedJson(JSON.parse('{"__proto__":{"a":"b"}}'))).toBe('{"__proto__":{"a":"b"}}');
  });
});

/** Of other products, as they make them. */
const FOREIGN: [string, CredentialForm, () => string][] = [
  ["Mifumo", { prefix: "mif_", signs: "base64url", length: 43 }, () => `mif_${randomBytes(32).toString("base64url")}`],
  ["DataZag", { prefix: "datazag_", signs: "hex", length: 32 }, () => `datazag_${randomBytes(16).toString("hex")}`],
  [
    "DataZag, later",
    { prefix: "datazag_", signs: "base64url", length: 32 },
    () => `datazag_${randomBytes(24).toString("base64url")}`,
  ],
  [
    "Acme",
    { prefix: "acme-live-", signs: "base62", length: 32 },
    () =>
      `acme-live-${randomBytes(64)
        .toString("base64")
        .replace(/[^0-9A-Za-z]/g, "")
        .slice(0, 32)}`,
  ],
  ["Acme, in base64", { prefix: "ac_", signs: "token", length: 44 }, () => `ac_${randomBytes(32).toString("base64")}`],
];
const BARE: typeof FOREIGN = [
  ["40 hexadecimal digits", { prefix: "", signs: "hex", length: 40 }, () => randomBytes(20).toString("hex")],
  ["43 url-safe characters", { prefix: "", signs: "base64url", length: 43 }, () => randomBytes(32).toString("base64url")],
  ["44 of base64", { prefix: "", signs: "token", length: 44 }, () => randomBytes(32).toString("base64")],
];
/** Behind what those without a prefix end or begin elsewhere. */
const UNBOUNDED = /letter|nothing between|beginning of another|capital|one byte|from the middle|beside another/;
const WRITTEN_BARE = FORMS.filter(([name]) => !UNBOUNDED.test(name));

describe("Of other products, once their form is known", () => {
  beforeEach(() => learnForms(FOREIGN.map(([, form]) => form)));
  afterAll(() => learnForms([]));

  describe.each(FOREIGN)("%s", (_, form, make) => {
    test.each(FORMS)("nothing but the hint is left of one %s", (_name, write) => {
      for (let round = 0; round < 5; round += 1) {
        const credential = make();
        const given = `before ${write(credential)} behind`;
        expect(givesAway(given, credential)).toBe(true);
        const masked = maskCredentials(given);
        expect(givesAway(masked, credential)).toBe(false);
        expect(masked).toMatch(/^before .*\.\.\. ?.*behind$/s);
        expect(maskCredentials(masked)).toBe(masked);
      }
    });

    test("one is told, found whole and by what is shown of it, and cut to that", () => {
      const credential = make();
      const hint = credential.slice(0, form.prefix.length + 6);
      expect(parseCredential(credential)).toBe(credential);
      expect(describeMalformed(credential)).toBeNull();
      expect(formOf(credential, [form])?.hint).toBe(hint);
      const text = `Key: ${credential}, of today`;
      expect(findWhole(text)).toBe(credential);
      expect(findVisiblePart(text)).toBe(hint);
      expect(maskCredentials(text)).toBe(`Key: ${maskCredential("foreign", hint)}, of today`);
      expect(maskCredentials(credential.slice(0, -9))).toBe(`${hint}...`);
      expect(maskCredentials(`${hint}...`)).toBe(`${hint}...`);
      expect(findVisiblePart(hint)).toBeNull();
    });
  });

  describe.each(BARE)("%s", (_, form, make) => {
    beforeEach(() => learnForms([form]));

    test.each(WRITTEN_BARE)("nothing but the hint is left of one %s", (_name, write) => {
      for (let round = 0; round < 5; round += 1) {
        const credential = make();
        const given = `before ${write(credential)} behind`;
        expect(givesAway(given, credential)).toBe(true);
        const masked = maskCredentials(given);
        expect(givesAway(masked, credential), masked).toBe(false);
        expect(maskCredentials(masked)).toBe(masked);
      }
    });

    test("one is told and found, and what is longer, shorter or within a word is no credential", () => {
      // A slash at its beginning may as well stand before another one, which what is longer then ends with.
      const makePlain = (): string => {
        const made = make();
        return made.startsWith("/") ? makePlain() : made;
      };
      const credential = makePlain();
      expect(parseCredential(credential)).toBe(credential);
      expect(findWhole(`key: ${credential}`)).toBe(credential);
      expect(maskCredentials(`(${credential})`)).toBe(`(${credential.slice(0, 6)}...)`);
      for (const text of [`${credential}a`, credential.slice(1, -1), `a${credential}`]) {
        expect(parseCredential(text)).toBeNull();
        expect(maskCredentials(text)).toBe(text);
      }
    });
  });

  test("ours are told and masked as before, beside the others too", () => {
    const { key, hint } = issueCredentials("mf_live");
    const other = `mif_${randomBytes(32).toString("base64url")}`;
    expect(parseCredential(key)).toBe(key);
    expect(parseCredential(`${key.slice(0, -1)}${key.endsWith("a") ? "b" : "a"}`)).toBeNull();
    expect(maskCredentials(`${key}${other} ${key}`)).toBe(`mf_live_${hint}... mf_live_${hint}...`);
  });

  test("ids and words stay as they are", () => {
    learnForms(
      [...FOREIGN, ...BARE, ["a UUID", { prefix: "", signs: "base64url", length: 36 }] as const].map(([, form]) => form),
    );
    for (const text of [
      "9f5a7c1e-3b2d-4e6f-8a90-123456789abc",
      "mif_",
      "mif_abc123...",
      "ab/cd/ef/gh/ij/kl/mn",
      base64("no key here"),
    ])
      expect(maskCredentials(text)).toBe(text);
  });

  test("what is none says which beginnings are known", () => {
    learnForms([...FOREIGN, ...BARE].map(([, form]) => form));
    const other = "mf_live_, datazag_, acme-live-, mif_, ac_ or what another form has";
    expect(describeMalformed("sk_live_0123")).toBe(`it does not begin with ${other}`);
    expect(describeMalformed("mif_abc")).toBe("it is cut short");
    expect(describeMalformed(`mif_${"a".repeat(44)}`)).toBe("it is too long");
    expect(describeMalformed(`mif_${"a".repeat(42)}!`)).toBe("it holds characters that no credential has");
    expect(describeMalformed(`datazag_${"a".repeat(50)}`)).toBe("it is cut short, or too long");
    expect(describeMalformed(`datazag_${"!".repeat(32)}`)).toBe("it holds characters that no credential has");
    expect(describeMalformed(`datazag_${"Z".repeat(64)}`)).toBe("it holds characters that no credential has");
  });
});

test("A form whose credentials could be guessed shows less of them, and without a prefix is not told in a text", () => {
  learnForms([
    { prefix: "pw_", signs: "lower", length: 12 },
    { prefix: "", signs: "lower", length: 12 },
  ]);
  expect(parseCredential("abcdef123456")).toBe("abcdef123456");
  expect(maskCredentials("abcdef123456 pw_abcdef123456")).toBe("abcdef123456 pw_abc...");
  learnForms([]);
  expect(parseCredential("abcdef123456")).toBeNull();
});

test.each(["%", "%25", "%2525", "\\u0025", "mf_live_", "mf_live_abcdef", "datazag_mf_live_", "bWZfbGl2ZV", "%6d%66%5f", "a"])(
  "What is read of a text of %j grows with its length alone",
  (piece) => {
    const text = piece.repeat(64 * 1024).slice(0, 64 * 1024);
    const lengths = readingsOf(text).map((reading) => reading.text.length);
    expect(lengths.length).toBeLessThanOrEqual(5);
    for (const length of lengths) expect(length).toBeLessThanOrEqual(text.length);
    expect(maskCredentials(text).length).toBeLessThanOrEqual(text.length * 1.5);
  },
);

const KNOWN = "mf_live_0123456789ABCDEFGHIJKLMNOPQRSTUV0SR7wj" as Credential;
