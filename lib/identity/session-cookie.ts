import "server-only";
import { makeSignature } from "better-auth/crypto";
import { db } from "@/lib/db";
import { auth } from "./auth";

type CookieOptions = { httpOnly: boolean; secure: boolean; sameSite: "lax"; path: string };

/** The identity library's own cookie: its name carries a prefix that only https may set, when this runs on https. */
export async function sessionCookieName(): Promise<{ name: string; options: CookieOptions }> {
  const { authCookies } = await auth().$context;
  const { name, attributes } = authCookies.sessionToken;
  return { name, options: { httpOnly: true, secure: attributes.secure ?? false, sameSite: "lax", path: "/" } };
}

/** The session as a browser keeps it: its token together with an HMAC, the form that the identity library reads. */
export async function sessionCookie(sessionId: string) {
  const { name, options } = await sessionCookieName();
  const { secret } = await auth().$context;
  const { token, expiresAt } = await db().session.findUniqueOrThrow({
    where: { id: sessionId },
    select: { token: true, expiresAt: true },
  });
  return { name, value: `${token}.${await makeSignature(token, secret)}`, options: { ...options, expires: expiresAt } };
}
