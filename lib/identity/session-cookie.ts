import "server-only";
import { createAuthEndpoint } from "better-auth/api";
import { makeSignature } from "better-auth/crypto";
import { db } from "@/lib/database/client";
import { auth, lastEndOf } from "./auth";

/** Those of the identity library, which any other program with it uses as well. */
export const FORMER_SESSION_COOKIES = ["better-auth.session_token", "__Secure-better-auth.session_token"];

type CookieOptions = { httpOnly: boolean; secure: boolean; sameSite: "lax"; path: string };

/** The identity library's own cookie: its name carries a prefix that only https may set, when this runs on https. */
export async function sessionCookieName(): Promise<{ name: string; options: CookieOptions }> {
  const { authCookies } = await auth().$context;
  const { name, attributes } = authCookies.sessionToken;
  return { name, options: { httpOnly: true, secure: attributes.secure ?? false, sameSite: "lax", path: "/" } };
}

/**
 * The session as a browser keeps it: its token together with an HMAC, the form that the identity library reads. Kept for
 * as long as the session could last, because a page that is being rendered cannot renew a cookie: whether the session
 * still lasts, the database says.
 */
export async function sessionCookie(sessionId: string) {
  const { name, options } = await sessionCookieName();
  const { secret } = await auth().$context;
  const { token, createdAt, userId } = await db().session.findUniqueOrThrow({
    where: { id: sessionId },
    select: { token: true, createdAt: true, userId: true },
  });
  return {
    name,
    value: `${token}.${await makeSignature(token, secret)}`,
    options: { ...options, expires: lastEndOf(createdAt) },
    userId,
  };
}

/**
 * The token in a request's cookie, when the signature is ours: read by the identity library, as it reads its own. Whether
 * there is a session with it, the database says.
 */
export async function readSessionCookie(headers: Headers): Promise<string | null> {
  return (await readSigned({ headers: await withSessionCookie(headers) })) || null;
}

/** A session that was opened under the cookie's former name goes on: it is read under the present one, where there is none. */
export async function withSessionCookie(headers: Headers): Promise<Headers> {
  const sent = (headers.get("cookie") ?? "").split(/;\s*/);
  const former = sent.find((cookie) => FORMER_SESSION_COOKIES.some((formerName) => cookie.startsWith(`${formerName}=`)));
  if (former === undefined) return headers;
  const { name } = await sessionCookieName();
  if (sent.some((cookie) => cookie.startsWith(`${name}=`))) return headers;
  const renamed = new Headers(headers);
  renamed.set("cookie", [...sent, `${name}${former.slice(former.indexOf("="))}`].join("; "));
  return renamed;
}

const readSigned = createAuthEndpoint.serverOnly({ method: "GET" }, async ({ getSignedCookie }) => {
  const { authCookies, secret } = await auth().$context;
  return getSignedCookie(authCookies.sessionToken.name, secret);
});
