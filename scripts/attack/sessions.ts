import { createHash, createHmac, generateKeyPairSync, randomUUID } from "node:crypto";
import fc from "fast-check";
import { exportJWK, importPKCS8, SignJWT } from "jose";
import { query } from "../../tests/support/client";
import { newMailedToken, sessionCookieName, signInByCookie } from "../../tests/support/people";
import { ask, brief, textAt } from "./ask";
import { attack } from "./attack";
import { actionNamed, callAction, openBrowser } from "./browser";
import { type Ground, newPerson, type Person } from "./ground";

const DAYS = [89, 90, 91, 400] as const;

const oldSessions = attack("sessions without an end", fc.constantFrom(...DAYS), async ({ ground, holds }, days) => {
  const person = await newPerson();
  await query(
    "UPDATE sessions SET created_at = now() - make_interval(days => $2) - interval '1 minute', expires_at = now() + interval '6 days' WHERE user_id = $1",
    [person.id, days],
  );
  const isOver = days >= 90;
  const profile = (asked: object) => ask(ground, "/api/auth/profile/", asked).then(({ status }) => status);
  const refreshed = await ask(ground, "/api/auth/token/refresh/", { body: { refresh: person.refresh } });
  holds("a session of 90 days is not refreshed", (refreshed.status === 401) === isOver, `${days} days: ${brief(refreshed)}`);
  holds("its cookie is dead", ((await profile({ cookie: person.cookie })) === 401) === isOver, days);
  holds("its access token is dead", ((await profile({ token: person.access })) === 401) === isOver, days);
  const { exp = 0 } = JSON.parse(Buffer.from(textAt(refreshed, "refresh").split(".")[1] ?? "", "base64url").toString() || "{}");
  holds("no refreshed token outlives the 90 days", exp * 1000 < Date.now() + 2 * 24 * 3600 * 1000, exp);
});

const EVENTS = [
  "password changed",
  "password changed by the library",
  "password changed by the form",
  "reset",
  "banned",
  "logged out",
  "sign-out",
  "demoted",
] as const;
const NEXT = "Qn7-copper-violet";

async function happen(ground: Ground, person: Person, event: (typeof EVENTS)[number]): Promise<number> {
  const change = { currentPassword: person.password, newPassword: NEXT };
  const fresh = await signInByCookie(person);
  if (event === "password changed")
    return (
      await ask(ground, "/api/auth/password/change/", {
        token: person.access,
        body: { old_password: person.password, new_password: NEXT },
      })
    ).status;
  if (event === "password changed by the library")
    return (await ask(ground, "/api/auth/change-password", { cookie: fresh, headers: { Origin: ground.url }, body: change }))
      .status;
  if (event === "password changed by the form")
    return (
      await callAction(ground, openBrowser(undefined, fresh), actionNamed("changePasswordAction"), {
        page: "/settings",
        fields: change,
      })
    ).status;
  if (event === "reset") {
    const token = await newMailedToken("reset-password", person);
    return (await ask(ground, "/api/auth/password/reset/confirm/", { body: { token, new_password: NEXT } })).status;
  }
  if (event === "logged out") return (await ask(ground, "/api/auth/logout/", { body: { refresh: person.refresh } })).status;
  if (event === "sign-out")
    return (await ask(ground, "/api/auth/sign-out", { cookie: person.cookie, headers: { Origin: ground.url }, body: {} })).status;
  const admin = openBrowser(undefined, (await newPerson({ isStaff: true })).cookie);
  const page = `/admin/users/${person.id}`;
  const fields = { user: person.id, reason: "tried", to: "user", role: event === "demoted" ? "admin" : "user", banned: "false" };
  const name = event === "banned" ? "banUserAction" : "changeRoleAction";
  return (await callAction(ground, admin, actionNamed(name), { page, fields })).status;
}

const outlived = attack(
  "credentials that outlive what ends them",
  fc.record({ event: fc.constantFrom(...EVENTS), refreshedBefore: fc.boolean(), racing: fc.boolean() }),
  async ({ ground, holds }, { event, refreshedBefore, racing }) => {
    const person = await newPerson({ isStaff: event === "demoted" });
    if (event === "demoted") person.cookie = await signInByCookie(person);
    const other = await signInByCookie(person);
    const again = refreshedBefore
      ? await ask(ground, "/api/auth/token/refresh/", { body: { refresh: person.refresh } })
      : undefined;
    const mailed = await newMailedToken("reset-password", person);
    const refreshes = racing
      ? Array.from({ length: 6 }, () => ask(ground, "/api/auth/token/refresh/", { body: { refresh: person.refresh } }))
      : [];
    const [status, ...raced] = await Promise.all([happen(ground, person, event), ...refreshes]);
    holds("what ends a session goes through", status < 400, `${event}: ${status}`);
    const dead = async (what: string, asked: object, path = "/api/auth/profile/") => {
      const reply = await ask(ground, path, asked);
      holds(`${event}: the ${what} is dead`, reply.status === 401, brief(reply));
    };
    if (event === "demoted") {
      const page = await ask(ground, "/admin", { cookie: person.cookie });
      holds("demoted: staff's pages are closed", page.status === 404, page.status);
      const bulk = await ask(ground, "/admin/keys/export", { cookie: other });
      holds("demoted: staff's files are closed", bulk.status === 404, bulk.status);
      return;
    }
    const endsAll = event !== "sign-out" && event !== "logged out";
    // The token that asked for the change goes on in the session that made it.
    if (event !== "password changed" && event !== "sign-out") {
      await dead("access token", { token: person.access });
      await dead("refresh token", { body: { refresh: person.refresh } }, "/api/auth/token/refresh/");
      for (const reply of [again, ...raced].filter((one) => one !== undefined)) {
        if (textAt(reply, "refresh"))
          await dead("refreshed token", { body: { refresh: textAt(reply, "refresh") } }, "/api/auth/token/refresh/");
        if (textAt(reply, "access")) await dead("refreshed access token", { token: textAt(reply, "access") });
      }
    }
    if (endsAll) await dead("other cookie", { cookie: other });
    if (event !== "logged out") await dead("former cookie", { cookie: person.cookie });
    if (event.startsWith("password changed") || event === "reset") {
      const spent = await ask(ground, "/api/auth/password/reset/confirm/", {
        body: { token: mailed, new_password: "Zp3-window-saddle" },
      });
      holds(`${event}: a link that was mailed before is dead`, spent.status === 400, brief(spent));
    }
  },
);

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

export const SESSIONS = [oldSessions, outlived, forgedTokens, forgedCookies];
