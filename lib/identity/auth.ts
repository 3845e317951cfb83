import "server-only";
import { maskCredentials } from "@latchkey/rule/credentials";
import { betterAuth } from "better-auth";
import { prismaAdapter } from "better-auth/adapters/prisma";
import { APIError } from "better-auth/api";
import { jwt } from "better-auth/plugins";
import { db } from "@/lib/database/client";
import { isOwnOrigin } from "@/lib/request/origins";
import { cookiePrefix } from "@/lib/settings/cookie-names";
import { env } from "@/lib/settings/env";
import { log } from "@/lib/settings/log";
import { MAX_PASSWORD_LENGTH, MAX_USER_AGENT_LENGTH, MIN_PASSWORD_LENGTH } from "@/lib/values/lengths";
import { hashPassword, verifyPassword } from "./password-hash";
import { listSigningKeys, SIGNING_ALGORITHM } from "./signing-keys";

/** From the last use, */
export const SESSION_SECONDS = 7 * 24 * 3600;
/** and from the sign-in, however often a page is used or tokens are refreshed. */
export const LONGEST_SESSION_SECONDS = 90 * 24 * 3600;

/** When a session is over at the latest. */
export function lastEndOf(signedInAt: Date): Date {
  return new Date(signedInAt.getTime() + LONGEST_SESSION_SECONDS * 1000);
}

/** The header in which our routes hand the client's address to better-auth. Always overwritten, never taken over. */
export const ADDRESS_HEADER = "x-client-address";

const holder = globalThis as typeof globalThis & { latchkeyAuth?: ReturnType<typeof createAuth> };

/** The identity library: passwords, sessions and signing keys. Made on first use, so that a build needs no settings. */
export function auth() {
  holder.latchkeyAuth ??= createAuth();
  return holder.latchkeyAuth;
}

function createAuth() {
  const { appUrl, BETTER_AUTH_SECRET } = env();
  return betterAuth({
    appName: "Latchkey",
    baseURL: appUrl,
    basePath: "/api/auth",
    secret: BETTER_AUTH_SECRET,
    trustedOrigins: (request) => {
      const origin = request?.headers.get("origin");
      return origin && isOwnOrigin(origin, request?.headers ?? new Headers()) ? [appUrl, origin] : [appUrl];
    },
    database: prismaAdapter(db(), { provider: "postgresql", transaction: true }),
    emailAndPassword: {
      enabled: true,
      minPasswordLength: MIN_PASSWORD_LENGTH,
      maxPasswordLength: MAX_PASSWORD_LENGTH,
      password: { hash: hashPassword, verify: verifyPassword },
      revokeSessionsOnPasswordReset: true,
    },
    // Longer sessions are made by sessions.ts alone, which knows when they end for good.
    session: { expiresIn: SESSION_SECONDS, disableSessionRefresh: true },
    verification: { storeIdentifier: "hashed" },
    user: {
      additionalFields: {
        firstName: { type: "string", input: false },
        lastName: { type: "string", input: false },
        role: { type: "string", input: false },
        banned: { type: "boolean", input: false },
        // Always null: a ban has no end. Whoever reads a session has known the field.
        banExpiresAt: { type: "date", required: false, input: false },
      },
    },
    // Attempts are counted by throttle.ts, which also covers our own routes and counts by account.
    rateLimit: { enabled: false },
    databaseHooks: { session: { create: { before: admit } } },
    plugins: [
      jwt({
        adapter: { getJwks: listSigningKeys },
        jwks: { keyPairConfig: { alg: SIGNING_ALGORITHM } },
        jwt: { issuer: appUrl, audience: appUrl },
        disableSettingJwtHeader: true,
      }),
    ],
    advanced: {
      cookiePrefix: cookiePrefix(),
      useSecureCookies: appUrl.startsWith("https:"),
      // Whole, as the audit log has it.
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER], ipv6Subnet: 128 },
      database: { generateId: "uuid" },
    },
    telemetry: { enabled: false },
    // Failures are answered and logged like any other of ours: the library would write them out whole.
    onAPIError: { throw: true },
    logger: { level: "error", log: (level, message) => log[level]({ source: "better-auth" }, withoutValues(message)) },
  });
}

/** Its messages name addresses and links behind a colon, or are errors as a whole. */
function withoutValues(message: unknown): string {
  return (typeof message === "string" && message.split(/[:"`\n]/, 1)[0]) || "failed";
}

/** What a browser says of itself is kept, and shown in the list of sessions. */
async function admit(session: { userId: string; userAgent?: string | null }) {
  await refuseBanned(session);
  return { data: { userAgent: session.userAgent && maskCredentials(session.userAgent.slice(0, MAX_USER_AGENT_LENGTH)) } };
}

async function refuseBanned(session: { userId: string }): Promise<void> {
  const user = await db().user.findUnique({ where: { id: session.userId }, select: { banned: true } });
  // The same refusal as for a wrong password: a ban is not for everyone who knows an address to see.
  if (!user || user.banned)
    throw APIError.from("UNAUTHORIZED", { code: "INVALID_EMAIL_OR_PASSWORD", message: "Invalid email or password" });
}
