import { createHash, createHmac, generateKeyPairSync, randomUUID } from "node:crypto";
import fc from "fast-check";
import { exportJWK, importPKCS8, SignJWT } from "jose";
import { query } from "../../tests/support/client";
import { sessionCookieName } from "../../tests/support/people";
import { ask, brief } from "./ask";
import { attack } from "./attack";
import { type Ground, newPerson, type Person } from "./ground";

const FORGERIES = [
  "none",
  "None",
  "HS256 with the public key",
  "HS256 empty",
  "kid of a file",
  "kid as SQL",
  "jwk inside",
  "jku",
  "zero signature",
  "another person",
  "refresh as access",
  "no expiry",
  "expired",
  "other issuer",
  "other audience",
  "cut",
  "ten parts",
  "crit",
] as const;

async function forge(ground: Ground, kind: (typeof FORGERIES)[number], person: Person, victim: Person): Promise<string> {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const [head = "", body = "", signature = ""] = person.access.split(".");
  const header = JSON.parse(Buffer.from(head, "base64url").toString());
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    ...JSON.parse(Buffer.from(body, "base64url").toString()),
    sub: victim.id,
    user_id: victim.id,
    email: victim.email,
    role: "admin",
  };
  const { keys } = JSON.parse((await ask(ground, "/api/auth/jwks")).text) as { keys: Record<string, string>[] };
  const hmac = (algorithm: string, key: string) => {
    const text = `${encode({ ...header, alg: algorithm })}.${encode(claims)}`;
    return `${text}.${createHmac("sha256", key).update(text).digest("base64url")}`;
  };
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const own = await importPKCS8(privateKey.export({ type: "pkcs8", format: "pem" }).toString(), "ES256", { extractable: true });
  const { d: _, ...jwk } = await exportJWK(own);
  const signed = (more: object, over: object = {}) =>
    new SignJWT({ ...claims, ...over }).setProtectedHeader({ ...header, alg: "ES256", ...more }).sign(own);
  const made: Record<(typeof FORGERIES)[number], () => string | Promise<string>> = {
    none: () => `${encode({ ...header, alg: "none" })}.${encode(claims)}.`,
    None: () => `${encode({ ...header, alg: "NoNe" })}.${encode(claims)}.${signature}`,
    "HS256 with the public key": () => hmac("HS256", JSON.stringify(keys[0])),
    "HS256 empty": () => hmac("HS256", ""),
    "kid of a file": () => signed({ kid: "../../../../dev/null" }),
    "kid as SQL": () => signed({ kid: `${randomUUID()}' OR '1'='1` }),
    "jwk inside": () => signed({ jwk }),
    jku: () => signed({ jku: `http://127.0.0.1:${ground.port}/api/auth/jwks`, x5u: "http://127.0.0.1:1/" }),
    "zero signature": () => `${head}.${encode(claims)}.${Buffer.alloc(64).toString("base64url")}`,
    "another person": () => `${head}.${encode(claims)}.${signature}`,
    "refresh as access": () => person.refresh,
    "no expiry": () => signed({}, { exp: undefined }),
    expired: () => signed({}, { exp: now - 10 }),
    "other issuer": () => signed({}, { iss: "https://evil.example" }),
    "other audience": () => signed({}, { aud: "https://evil.example" }),
    cut: () => `${head}.${body}`,
    "ten parts": () => `${person.access}.a.b.c.d`,
    crit: () => `${encode({ ...header, crit: ["b64"], b64: false })}.${body}.${signature}`,
  };
  return made[kind]();
}

const forgedTokens = attack("forged tokens", fc.constantFrom(...FORGERIES), async ({ ground, holds }, kind) => {
  const [person, victim] = [await newPerson(), await newPerson({ isStaff: true })];
  const token = await forge(ground, kind, person, victim);
  for (const path of ["/api/auth/profile/", "/api/auth/settings/"]) {
    const reply = await ask(ground, path, { token });
    holds("no forged token is believed", reply.status === 401, `${kind}: ${brief(reply)}`);
  }
  const refreshed = await ask(ground, "/api/auth/token/refresh/", { body: { refresh: token } });
  if (kind !== "refresh as access") holds("none is refreshed", refreshed.status === 401, `${kind}: ${brief(refreshed)}`);
  else holds("a refresh token is refreshed", refreshed.status === 200, brief(refreshed));
  const access = await ask(ground, "/api/auth/token/refresh/", { body: { refresh: person.access } });
  holds("no access token is a refresh token", access.status === 401, brief(access));
});

const forgedCookies = attack(
  "forged cookies",
  fc.constantFrom("no signature", "empty secret", "another's signature", "hash of the token", "two of a name", "former name"),
  async ({ ground, holds }, kind) => {
    const [person, victim] = [await newPerson(), await newPerson()];
    const [row] = await query<{ token: string }>("SELECT token FROM sessions WHERE user_id = $1 LIMIT 1", [victim.id]);
    const token = row?.token ?? "";
    const name = sessionCookieName();
    const [, own = ""] = decodeURIComponent(person.cookie.split("=")[1] ?? "").split(".");
    const sign = (secret: string) => createHmac("sha256", secret).update(token).digest("base64");
    const signatures: Record<string, string> = {
      "empty secret": sign(""),
      "another's signature": own,
      "hash of the token": createHash("sha256").update(token).digest("base64"),
    };
    const signature = signatures[kind] ?? "";
    const value = kind === "no signature" ? token : encodeURIComponent(`${token}.${signature}`);
    const forged = `${kind === "former name" ? "better-auth.session_token" : name}=${value}`;
    const cookie = kind === "two of a name" ? `${forged}; ${person.cookie}` : forged;
    const reply = await ask(ground, "/api/auth/profile/", { cookie });
    holds("no forged cookie is believed", !reply.text.includes(victim.id), `${kind}: ${brief(reply)}`);
  },
);

export const TOKENS = [forgedTokens, forgedCookies];
