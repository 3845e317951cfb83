import type { IncomingMessage, ServerResponse } from "node:http";
import { authorize, type Rule, type ValidVerdict } from "../authorize";
import type { Verifier } from "../types";
import { whenClosed } from "./when-closed";

export type { Rule, ValidVerdict } from "../authorize";

/** Express has the whole address under `originalUrl`: `url` lacks where a router is mounted. */
export type KeyedRequest = IncomingMessage & { originalUrl?: string; latchkey?: ValidVerdict };

/**
 * Middleware for Express and Connect: goes on to `next` with the verdict under `request.latchkey`, or answers. For node:http
 * without `next`: resolves with the verdict, or with null where the call was answered.
 */
export function requireKey(verifier: Verifier, rule?: Rule) {
  return async (
    request: KeyedRequest,
    response: ServerResponse,
    next?: (error?: unknown) => void,
  ): Promise<ValidVerdict | null> => {
    const { headers, originalUrl, url = "/" } = request;
    const call = { header: (name: string) => headers[name.toLowerCase()]?.toString(), url: originalUrl ?? url };
    const found = await authorize(verifier, call, rule).catch((error: unknown) => {
      if (!next) throw error;
      next(error);
    });
    if (!found) return null;
    if (!("verdict" in found)) {
      response.writeHead(found.status, found.headers).end(JSON.stringify(found.body));
      return null;
    }
    whenClosed(response, found);
    request.latchkey = found.verdict;
    next?.();
    return found.verdict;
  };
}
