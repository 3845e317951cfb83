import { z } from "zod";
import type { AuditAction } from "@/lib/audit/actions";
import { recordAudit } from "@/lib/audit/record";
import { db } from "@/lib/database/client";
import { methodNotAllowed } from "@/lib/doors/dialects/dialect";
import { userDialect } from "@/lib/doors/dialects/user";
import { renderFailure } from "@/lib/doors/endpoint";
import { actorOf, findSession } from "@/lib/doors/guards";
import { jsonResponse } from "@/lib/doors/json-response";
import { parseObject, readBody, validate } from "@/lib/doors/read-json";
import { findSessionByCookie } from "@/lib/doors/who-asks";
import { attemptInSession, attemptSignIn, browserHeader, type Caller } from "@/lib/identity/attempts";
import { ADDRESS_HEADER, auth } from "@/lib/identity/auth";
import { rememberNetwork } from "@/lib/identity/known-networks";
import { findPasswordHash, keepInOwnForm } from "@/lib/identity/passwords";
import { withSessionCookie } from "@/lib/identity/session-cookie";
import { endSession, keepOnlyUnder } from "@/lib/identity/sessions";
import { contextOf } from "@/lib/request/context";
import { USER_API, withoutEndSlashes } from "@/lib/request/gated-apis";
import { askedMethod, METHODS } from "@/lib/request/methods";
import { networkOf } from "@/lib/request/network";
import { AppError } from "@/lib/values/errors";
import { LIBRARY_BODIES, LIBRARY_ROUTES } from "./library-routes";
import { answerPasswordChange, CHANGE_PASSWORD } from "./password-change";

// The library's transaction is over by then: the pages go through use cases of ours, which write both in one.
const AUDITED: Partial<Record<string, AuditAction>> = { "/sign-in/email": "user.signed_in" };

const NO_FIELDS = z.strictObject({});

type Input = Record<string, unknown>;

type Opened = { token: string; userId: string; former: string | null };

async function conclude(request: Request, action: AuditAction, { password }: Input, opened: Opened): Promise<void> {
  const { userId: id, former } = opened;
  if (typeof password === "string") {
    await keepOnlyUnder(opened, { former, password });
    await keepInOwnForm(id, password);
  }
  await rememberNetwork(id, networkOf(contextOf(request).address));
  await db().$transaction((tx) => recordAudit(tx, actorOf(request, "user", id), { action, target: { kind: "user", id } }));
}

async function serve(request: Request): Promise<Response> {
  try {
    const url = new URL(request.url);
    // None of these routes has a query, and the library has words of its own for one.
    url.search = "";
    url.pathname = withoutEndSlashes(url.pathname);
    const path = url.pathname.slice(USER_API.length);
    const method = Object.hasOwn(LIBRARY_ROUTES, path) ? LIBRARY_ROUTES[path] : undefined;
    if (!method) throw new AppError("NOT_FOUND");
    const asked = askedMethod(request);
    if (asked !== method && !(asked === "HEAD" && method === "GET")) throw methodNotAllowed(asked, [method]);
    if (method === "GET") return await pass(request, url);
    const body = await readBody(request);
    const input = parseObject(body);
    const read = bodyFor(path, body, input);
    if (path === "/sign-out") await signOut(request);
    return await counted(request, path, input, () => pass(request, url, input, read));
  } catch (error) {
    return renderFailure(userDialect, error, request);
  }
}

/** What the library says of a password that is wrong, as of one of an address that nobody has. Other refusals have not seen it. */
const isWrongSignIn = ({ status }: Response) => status === 401;
const isWrongChange = ({ status }: Response) => status === 400;

/** Where the library looks at a password, its failures are counted as those of our own routes are. */
async function counted(request: Request, path: string, { email }: Input, run: () => Promise<Response>): Promise<Response> {
  if (path === "/sign-in/email" && typeof email === "string")
    return attemptSignIn(callerOf(request), email, { run, isWrong: isWrongSignIn });
  if (path !== "/change-password") return run();
  const session = await findSessionByCookie(request.headers);
  // A session that the library alone would still take is nobody's.
  if (!session) return attemptSignIn(callerOf(request), "", { run, isWrong: isWrongChange });
  return attemptInSession({ ...session, actor: actorOf(request, "user", session.id) }, { run, isWrong: isWrongChange });
}

function callerOf(request: Request): Caller {
  return { actor: actorOf(request, "user", null), headers: request.headers };
}

/** Where the session could not be ended, the library says all the same that it was: it only gets to take the cookie back. */
async function signOut(request: Request): Promise<void> {
  const session = await findSession(request, undefined);
  if (session) await endSession(actorOf(request, "user", session.userId), session);
}

/** What the library gets to read. It insists on a body. */
function bodyFor(path: string, body: Uint8Array, input: Input): BodyInit {
  validate(LIBRARY_BODIES[path] ?? NO_FIELDS, input);
  return body.byteLength === 0 ? "{}" : new Uint8Array(body);
}

async function pass(request: Request, url: URL, input: Input = {}, body?: BodyInit): Promise<Response> {
  const headers = new Headers(await withSessionCookie(request.headers));
  headers.set(ADDRESS_HEADER, contextOf(request).address ?? "");
  headers.delete("content-length");
  if (typeof body === "string") headers.set("content-type", "application/json");
  const former = typeof input.email === "string" ? await findPasswordHash(input.email) : null;
  const isChange = url.pathname.endsWith(CHANGE_PASSWORD);
  const response = await (isChange
    ? answerPasswordChange(request, input)
    : // It knows no HEAD. Of an answer to that the server leaves out the body.
      auth().handler(new Request(url, { method: request.method === "HEAD" ? "GET" : request.method, headers, body })));
  const isJson = response.headers.get("content-type")?.includes("application/json");
  if (response.status >= 500) throw new AppError("INTERNAL_ERROR", { details: "The identity library failed." });
  response.headers.set("Cache-Control", "no-store");
  const action = AUDITED[url.pathname.slice(USER_API.length)];
  if (response.ok && action) {
    const { user, token = "" } = (await response.clone().json()) as { user?: { id?: string }; token?: string };
    if (user?.id) {
      await conclude(request, action, input, { token, userId: user.id, former });
      response.headers.append("Set-Cookie", browserHeader(callerOf(request), user.id)["Set-Cookie"]);
    }
  }
  if (isJson) return response;
  // Clients parse every answer as JSON.
  for (const name of ["content-type", "content-length"]) response.headers.delete(name);
  return jsonResponse({ success: response.ok, message: response.statusText || "OK" }, response.status, response.headers);
}

export const [GET, POST, PUT, PATCH, DELETE] = METHODS.map(() => serve);
