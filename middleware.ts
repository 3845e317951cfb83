import { type NextRequest, NextResponse } from "next/server";
import { checkSecret } from "@/lib/request/admin-secret";
import { isAllowedOrigin } from "@/lib/request/origins";
import { pageSecurityPolicy } from "@/lib/server/security-headers";

// The gate in front of the two key APIs: origins, preflights and, for the admin API, the shared secret. Handlers check
// their own caller again, so passing by this file opens nothing. It stays `middleware.ts` because `proxy.ts` does not
// run on the edge (docs/decisions/001).
export const config = {
  matcher: [
    "/api/auth/:path*",
    "/api/api-keys/:path*",
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

const METHOD_REFUSAL = "This method is not allowed.";

const API = {
  admin: {
    methods: "GET, POST, DELETE, OPTIONS",
    headers: "Content-Type, X-Admin-Secret",
    refusal: { success: false, error: "Origin not allowed" },
    methodRefusal: { success: false, error: METHOD_REFUSAL },
  },
  user: {
    methods: "GET, POST, PUT, PATCH, DELETE, OPTIONS",
    headers: "Authorization, Content-Type, Accept, X-Requested-With, Idempotency-Key",
    refusal: { success: false, message: "Origin not allowed", error_code: "ORIGIN_NOT_ALLOWED" },
    methodRefusal: { success: false, message: METHOD_REFUSAL, error_code: "METHOD_NOT_ALLOWED" },
  },
} as const;

/** Handlers answer these themselves, and know best which of them they allow. */
const ROUTED_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

export async function middleware(request: NextRequest): Promise<Response> {
  if (!request.nextUrl.pathname.startsWith("/api/")) return withNonce(request);
  const isAdmin = request.nextUrl.pathname.startsWith("/api/api-keys");
  const api = isAdmin ? API.admin : API.user;
  const origin = request.headers.get("origin");
  if (origin !== null && !isAllowedOrigin(origin, request.headers, originSettings())) return json(api.refusal, 403);

  const cors: Record<string, string> =
    origin === null
      ? {}
      : { "Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "X-Request-Id, Retry-After", Vary: "Origin" };
  if (request.method === "OPTIONS") {
    const grant = {
      "Access-Control-Allow-Methods": api.methods,
      "Access-Control-Allow-Headers": api.headers,
      "Access-Control-Max-Age": "86400",
    };
    return new Response(null, { status: 204, headers: { Allow: api.methods, ...cors, ...(origin === null ? {} : grant) } });
  }
  if (!ROUTED_METHODS.includes(request.method)) return json(api.methodRefusal, 405, { ...cors, Allow: api.methods });
  const refusal = isAdmin ? await refuseAdmin(request, cors) : null;
  if (refusal) return refusal;
  return NextResponse.next({ headers: cors });
}

/** Next takes the nonce for its scripts from the policy on the request. */
function withNonce(request: NextRequest): Response {
  const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
  const policy = pageSecurityPolicy(nonce, process.env.NODE_ENV === "development");
  const headers = new Headers(request.headers);
  headers.set("Content-Security-Policy", policy);
  return NextResponse.next({ request: { headers }, headers: { "Content-Security-Policy": policy } });
}

async function refuseAdmin(request: NextRequest, cors: Record<string, string>): Promise<Response | null> {
  const { ADMIN_API_SECRET, ADMIN_API_SECRET_PREVIOUS } = process.env;
  const check = await checkSecret(request.headers.get("x-admin-secret"), ADMIN_API_SECRET, ADMIN_API_SECRET_PREVIOUS);
  // A secret that is not set opens nothing: the handler refuses too, and its 500 is logged under the id it shows.
  if (check !== "wrong") return null;
  return json({ success: false, error: "Unauthorized - Invalid admin secret" }, 401, cors);
}

function originSettings() {
  const { APP_URL, ALLOWED_ORIGINS, VERCEL_URL, VERCEL_BRANCH_URL, VERCEL_PROJECT_PRODUCTION_URL } = process.env;
  return {
    origins: [APP_URL?.replace(/\/+$/, ""), ...(ALLOWED_ORIGINS?.split(",").map((entry) => entry.trim()) ?? [])],
    hosts: [VERCEL_URL, VERCEL_BRANCH_URL, VERCEL_PROJECT_PRODUCTION_URL],
  };
}

function json(body: unknown, status: number, headers: Record<string, string> = {}): Response {
  return Response.json(body, { status, headers: { "Cache-Control": "no-store", ...headers } });
}
