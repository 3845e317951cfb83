import { AppError } from "@/lib/errors";
import { jsonResponse, METHODS, methodNotAllowed, renderFailure } from "@/lib/http/endpoint";
import { parseObject, readBody } from "@/lib/http/read-json";
import { contextOf } from "@/lib/http/request-context";
import { userDialect } from "@/lib/http/user-api";
import { ADDRESS_HEADER, auth } from "@/lib/identity/auth";
import { countAttempt } from "@/lib/identity/throttle";

// The identity library's own routes that the portal uses. Everything else it offers (sign-up without our audit entry,
// session lists with tokens in them, account deletion) stays closed.
const ROUTES: Record<string, "GET" | "POST"> = {
  "/jwks": "GET",
  "/get-session": "GET",
  "/sign-in/email": "POST",
  "/sign-out": "POST",
  "/change-password": "POST",
};
const THROTTLED = new Set(["/sign-in/email", "/change-password"]);

async function serve(request: Request): Promise<Response> {
  try {
    const url = new URL(request.url);
    url.pathname = url.pathname.replace(/\/+$/, "");
    const path = url.pathname.slice("/api/auth".length);
    const method = Object.hasOwn(ROUTES, path) ? ROUTES[path] : undefined;
    if (!method) throw new AppError("NOT_FOUND");
    if (request.method !== method && !(request.method === "HEAD" && method === "GET"))
      throw methodNotAllowed(request.method, [method]);
    const body = method === "POST" ? await readBody(request) : undefined;
    if (THROTTLED.has(path)) await throttle(request, body);
    return await pass(request, url, body);
  } catch (error) {
    return renderFailure(userDialect, error, request);
  }
}

async function throttle(request: Request, body: Uint8Array | undefined): Promise<void> {
  await countAttempt({ address: contextOf(request).address });
  const { email } = parseObject(body ?? new Uint8Array());
  if (typeof email === "string") await countAttempt({ account: email });
}

async function pass(request: Request, url: URL, body: Uint8Array | undefined): Promise<Response> {
  const headers = new Headers(request.headers);
  headers.set(ADDRESS_HEADER, contextOf(request).address ?? "");
  headers.delete("content-length");
  const response = await auth().handler(
    new Request(url, { method: request.method, headers, body: body && new Uint8Array(body) }),
  );
  const isJson = response.headers.get("content-type")?.includes("application/json");
  if (response.status >= 500) throw new AppError("INTERNAL_ERROR", { details: "The identity library failed." });
  response.headers.set("Cache-Control", "no-store");
  if (isJson) return response;
  // Clients parse every answer as JSON.
  return jsonResponse(
    { success: response.ok, message: response.statusText || "OK" },
    response.status,
    Object.fromEntries(response.headers),
  );
}

export const [GET, POST, PUT, PATCH, DELETE] = METHODS.map(() => serve);
