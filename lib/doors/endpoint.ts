import { maskCredentials } from "@latchkey/rule/credentials";
import { contextOf, REQUEST_ID_HEADER } from "@/lib/request/context";
import { ASKED_METHOD_HEADER, allowHeader, askedMethod, METHODS, type Method } from "@/lib/request/methods";
import { log } from "@/lib/settings/log";
import { AppError, causeOf, framesOf, toAppError } from "@/lib/values/errors";
import { type Dialect, methodNotAllowed, type Success } from "./dialects/dialect";
import { jsonResponse } from "./json-response";

type RouteContext<Params> = { params: Promise<Params> };
/** A `Response` is an answer that is no JSON, and goes out as it is. */
export type Handler<Params> = (request: Request, params: Params) => Promise<Success | Response>;
type RouteHandler<Params> = (request: Request, context: RouteContext<Params>) => Promise<Response>;

/**
 * Makes the exports of a `route.ts`: each handler's result or thrown error is rendered by the dialect, and the methods
 * without a handler answer 405 with `Allow`. OPTIONS answers `Allow` alone: where pages of other origins may call, the
 * middleware has answered before.
 */
export function createEndpoint<Params = Record<string, never>>(
  dialect: Dialect,
  handlers: Partial<Record<Method, Handler<Params>>>,
) {
  const allowed = METHODS.filter((method) => handlers[method]);
  const refuse: Handler<Params> = async (request) => {
    throw methodNotAllowed(askedMethod(request), allowed);
  };
  const name: Handler<Params> = async () => new Response(null, { status: 204, headers: { Allow: allowHeader(allowed) } });
  const entries = METHODS.map((method) => [method, serve(dialect, handlers[method] ?? refuse, refuse)]);
  return Object.fromEntries([...entries, ["OPTIONS", serve(dialect, name, refuse)]]) as Record<
    Method | "OPTIONS",
    RouteHandler<Params>
  >;
}

/** The dialect's answer to anything thrown. What was not foreseen is logged, and told to the caller by its id only. */
export function renderFailure(dialect: Dialect, thrown: unknown, request: Request): Response {
  const error = toAppError(thrown);
  const { id } = contextOf(request);
  if (error.status >= 500) logFailure(error, id);
  const headers = { ...error.headers, ...dialect.failureHeaders?.(error), ...ownIdHeader(request, id) };
  return jsonResponse(dialect.failure(error, id), error.status, headers);
}

function serve<Params>(dialect: Dialect, handler: Handler<Params>, refuse: Handler<Params>): RouteHandler<Params> {
  return async (request, context) => {
    try {
      if (dialect.refusesCredentialsInAddress) refuseCredentialInAddress(request);
      const answer = request.headers.has(ASKED_METHOD_HEADER) ? refuse : handler;
      const result = await answer(request, await context.params);
      const ownId = ownIdHeader(request, contextOf(request).id);
      if (result instanceof Response) {
        for (const [name, value] of Object.entries(ownId)) result.headers.set(name, value);
        return result;
      }
      const headers = { ...result.headers, ...ownId };
      return jsonResponse(dialect.success(result), result.status ?? 200, headers);
    } catch (thrown) {
      return renderFailure(dialect, thrown, request);
    }
  };
}

/** Whatever the parameter is called: what stands in an address is kept by proxies, browsers and logs of others. */
function refuseCredentialInAddress({ url }: Request): void {
  if (!url.includes("?")) return;
  const { search, searchParams } = new URL(url);
  const texts = [search, ...[...searchParams].flat()];
  if (texts.some((text) => maskCredentials(text) !== text)) throw new AppError("CREDENTIAL_IN_ADDRESS");
}

/** Where no HTTP hook has named the answer already, the id goes on it here. */
function ownIdHeader(request: Request, id: string): Record<string, string> {
  return request.headers.get(REQUEST_ID_HEADER) === id ? {} : { "X-Request-Id": id };
}

export function logFailure(error: AppError, id: string): void {
  const cause = error.cause instanceof Error ? causeOf(error.cause) : {};
  log.error({ id, error: error.code, details: error.details, ...cause, at: framesOf(error.cause) });
}
