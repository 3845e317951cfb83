import { parseServiceCredential } from "@latchkey/rule/services";
import { type NextRequest, NextResponse } from "next/server";
import { adminGate } from "@/lib/doors/dialects/admin";
import { type Gate, methodUnknown } from "@/lib/doors/dialects/dialect";
import { userGate } from "@/lib/doors/dialects/user";
import { jsonResponse } from "@/lib/doors/json-response";
import { bearerOf } from "@/lib/request/bearer";
import { isAdminApi, withoutEndSlashes } from "@/lib/request/gated-apis";
import { allowHeader, ROUTED_METHODS } from "@/lib/request/methods";
import { FOREIGN_FORM, isAllowedOrigin, isOwnForm } from "@/lib/request/origins";
import { pageSecurityPolicy } from "@/lib/server/security-headers";
import { AppError } from "@/lib/values/errors";

// The gate in front of the two key APIs: origins, preflights and, for the admin API, whether there is a secret at all.
// Handlers check their own caller again, so passing by this file opens nothing. It stays `middleware.ts` because `proxy.ts`
// does not run on the edge (docs/decisions/001).
export const config = {
  matcher: [
    "/api/auth/:path*",
    "/api/api-keys/:path*",
    "/api/users/:path*",
    // Pages only where the instrumentation hook, which sets this header on every request, does not run: on a platform with
    // a server of its own (docs/decisions/011).
    {
      source: "/((?!api/|_next/).*)",
      missing: [
        { type: "header", key: "content-security-policy" },
        { type: "header", key: "x-signature" },
      ],
    },
  ],
};

export function middleware(request: NextRequest): Response {
  if (!request.nextUrl.pathname.startsWith("/api/")) return gatePage(request);
  const isAdmin = isAdminApi(request.nextUrl.pathname);
  const gate = isAdmin ? adminGate : userGate;
  const origin = request.headers.get("origin");
  if (origin !== null && !isAllowedOrigin(origin, request.headers, originSettings()))
    return refuse(gate, new AppError("ORIGIN_NOT_ALLOWED"));

  const cors: Record<string, string> =
    origin === null
      ? {}
      : {
          "Access-Control-Allow-Origin": origin,
          "Access-Control-Expose-Headers": "X-Request-Id, Retry-After, Latchkey-Change",
          Vary: "Origin",
        };
  if (request.method === "OPTIONS") {
    const grant = {
      "Access-Control-Allow-Methods": allowHeader(gate.methods),
      "Access-Control-Allow-Headers": gate.headers.join(", "),
      "Access-Control-Max-Age": "86400",
    };
    return new Response(null, { status: 204, headers: { ...cors, ...(origin === null ? {} : grant) } });
  }
  // Handlers answer the others themselves, and know best which of them they allow.
  if (!ROUTED_METHODS.includes(request.method)) return refuse(gate, methodUnknown(gate), cors);
  if (isAdmin && isSecretMissing(request)) return refuse(gate, new AppError("INVALID_ADMIN_SECRET"), cors);
  return NextResponse.next({ headers: cors });
}

/** The front door does this where the portal runs its own server. Usage is reported to the address of a page, from anywhere. */
function gatePage(request: NextRequest): Response {
  const { headers } = request;
  const isForm = headers.has("next-action") || headers.get("content-type")?.startsWith("multipart/form-data");
  if (request.method !== "POST" || !isForm || isOwnForm(headers)) return withNonce(request);
  return new Response(FOREIGN_FORM, { status: 403, headers: { "Cache-Control": "no-store" } });
}

/** Next takes the nonce for its scripts from the policy on the request. */
function withNonce(request: NextRequest): Response {
  const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
  const policy = pageSecurityPolicy(nonce, process.env.NODE_ENV === "development");
  const headers = new Headers(request.headers);
  headers.set("Content-Security-Policy", policy);
  return NextResponse.next({ request: { headers }, headers: { "Content-Security-Policy": policy } });
}

/**
 * A wrong one the handler refuses: it can count those, and knows which services there are. Where none is set the handler
 * refuses as well, and its 500 is logged under the id it shows.
 */
function isSecretMissing({ headers }: NextRequest): boolean {
  const isThere = headers.get("x-admin-secret") || parseServiceCredential(bearerOf(headers) ?? "");
  return Boolean(process.env.ADMIN_API_SECRET) && !isThere;
}

function originSettings() {
  const { APP_URL, ALLOWED_ORIGINS, VERCEL_URL, VERCEL_BRANCH_URL, VERCEL_PROJECT_PRODUCTION_URL } = process.env;
  return {
    origins: [APP_URL && withoutEndSlashes(APP_URL), ...(ALLOWED_ORIGINS?.split(",").map((entry) => entry.trim()) ?? [])],
    hosts: [VERCEL_URL, VERCEL_BRANCH_URL, VERCEL_PROJECT_PRODUCTION_URL],
  };
}

/** Refusals are no failures of ours: no dialect names the request in them. */
function refuse({ dialect }: Gate, error: AppError, headers: Record<string, string> = {}): Response {
  return jsonResponse(dialect.failure(error, ""), error.status, { ...headers, ...error.headers });
}
