import http from "node:http";
import type { AddressInfo } from "node:net";
import { errors, exportJWK, generateKeyPair, type JWTVerifyGetKey, jwtVerify, SignJWT } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openKeySet } from "./key-set";

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;
let pairs: Pair[];
let issuer: http.Server;
let address: string;
/** How the issuer answers, and how often it was asked. */
let answer: (response: http.ServerResponse) => void;
let asked: number;

beforeAll(async () => {
  pairs = await Promise.all([1, 2].map(() => generateKeyPair("ES256", { extractable: true })));
  issuer = http.createServer((_, response) => {
    asked += 1;
    answer(response);
  });
  await new Promise<void>((resolve) => issuer.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/keys`;
});
beforeEach(() => {
  asked = 0;
});
afterAll(() => {
  issuer.closeAllConnections();
  issuer.close();
});

const pair = (index: number) => pairs[index] as Pair;
async function publish(...keys: [index: number, kid?: string][]): Promise<void> {
  const jwks = await Promise.all(keys.map(async ([index, kid]) => ({ ...(await exportJWK(pair(index).publicKey)), kid })));
  answer = (response) => response.end(JSON.stringify({ keys: jwks }));
}
const sign = (index: number, kid?: string) =>
  new SignJWT({ n: index }).setProtectedHeader({ alg: "ES256", ...(kid && { kid }) }).sign(pair(index).privateKey);
const checkOf = (token: string) => (keys: JWTVerifyGetKey | CryptoKey) =>
  typeof keys === "function" ? jwtVerify(token, keys) : jwtVerify(token, keys);

describe("An issuer’s key set", () => {
  test("is asked for once by many at once, and then kept", async () => {
    await publish([0, "a"]);
    const set = openKeySet(address);
    const token = await sign(0, "a");
    await Promise.all(Array.from({ length: 20 }, () => set.verify(checkOf(token))));
    await set.verify(checkOf(token));
    expect(asked).toBe(1);
  });

  test("is asked for again at once for an unknown key, and for another key under a known name", async () => {
    await publish([0, "a"]);
    const set = openKeySet(address);
    await set.verify(checkOf(await sign(0, "a")));
    await publish([0, "a"], [1, "b"]);
    const renewed = await sign(1, "b");
    await Promise.all(Array.from({ length: 20 }, () => set.verify(checkOf(renewed))));
    expect(asked).toBe(2);
    await publish([1, "a"]);
    await set.verify(checkOf(await sign(1, "a")));
    expect(asked).toBe(3);
  });

  test("refuses what it does not know when it was asked just now, and asks for nothing before", async () => {
    await publish([0, "a"]);
    const set = openKeySet(address);
    await expect(set.verify(checkOf(await sign(1, "b")))).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
    expect(asked).toBe(1);
    await expect(set.verify(checkOf(await sign(1, "a")))).rejects.toBeInstanceOf(errors.JWSSignatureVerificationFailed);
    expect(asked).toBe(2);
    await set.verify(checkOf(await sign(0, "a")));
    expect(asked).toBe(2);
  });

  test("does not take an answer from before the question for the newest", async () => {
    await publish([0, "a"]);
    const set = openKeySet(address);
    await set.verify(checkOf(await sign(0, "a")));
    const held: http.ServerResponse[] = [];
    const old = answer;
    answer = (response) => held.push(response);
    const early = set.verify(checkOf(await sign(1, "nobody's"))).catch((error) => error);
    await expect.poll(() => held.length).toBe(1);
    const late = set.verify(checkOf(await sign(1, "b")));
    await publish([1, "b"]);
    for (const response of held) old(response);
    expect((await late).payload).toStrictEqual({ n: 1 });
    expect(await early).toBeInstanceOf(errors.JWKSNoMatchingKey);
  });

  test("is asked for ten times a minute at most; then what it does not know is a 503, and what it knows goes on", async () => {
    await publish([0, "a"]);
    const set = openKeySet(address);
    const forged = checkOf(await sign(1, "b"));
    const outcomes = [];
    for (let round = 0; round < 12; round += 1) outcomes.push(await set.verify(forged).catch((error) => error.code));
    expect(outcomes).toStrictEqual([...Array(10).fill("ERR_JWKS_NO_MATCHING_KEY"), ...Array(2).fill("TEMPORARILY_UNAVAILABLE")]);
    expect(asked).toBe(10);
    await set.verify(checkOf(await sign(0, "a")));
  });

  test("tries each key that fits, where a token names none", async () => {
    await publish([0], [1]);
    const set = openKeySet(address);
    expect((await set.verify(checkOf(await sign(1)))).payload).toStrictEqual({ n: 1 });
    expect(asked).toBe(1);
  });

  test.each<[string, (response: http.ServerResponse) => void]>([
    ["an error", (response) => response.writeHead(500).end("{}")],
    ["a page", (response) => response.end("<html>")],
    ["no key set", (response) => response.end('{"keys":1}')],
    ["a key that is none", (response) => response.end('{"keys":[{"kty":"EC","crv":"P-256","kid":"a","x":"a","y":"b"}]}')],
    ["the way to somewhere else", (response) => response.writeHead(302, { Location: "http://127.0.0.1:9/keys" }).end()],
    ["a megabyte", (response) => response.end(`{"keys":[],"more":"${"a".repeat(1024 * 1024)}"}`)],
    ["nothing for long", () => {}],
    ["half of it", (response) => response.write('{"keys":')],
    ["a connection that breaks", (response) => response.destroy()],
  ])("is a 503 while the issuer answers with %s, and works again after", async (_, broken) => {
    answer = broken;
    const set = openKeySet(address, 300);
    const check = checkOf(await sign(0, "a"));
    await expect(set.verify(check)).rejects.toMatchObject({ code: "TEMPORARILY_UNAVAILABLE", status: 503 });
    await publish([0, "a"]);
    expect((await set.verify(check)).payload).toStrictEqual({ n: 0 });
  });
});
