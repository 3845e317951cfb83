import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { authorize, type Rule, type ValidVerdict } from "../authorize";
import type { Verifier } from "../types";
import { whenClosed } from "./when-closed";

export type { Rule, ValidVerdict } from "../authorize";

type Request = { headers: IncomingHttpHeaders; originalUrl: string; latchkey?: ValidVerdict };
type Reply = {
  raw: ServerResponse;
  code(status: number): unknown;
  headers(values: Record<string, string>): unknown;
  send(body: unknown): unknown;
};

/** A hook, as `onRequest` or `preHandler`: goes on with the verdict under `request.latchkey`, or answers. */
export function requireKey(verifier: Verifier, rule?: Rule) {
  return async (request: Request, reply: Reply): Promise<unknown> => {
    const { headers, originalUrl: url } = request;
    const found = await authorize(verifier, { header: (name) => headers[name.toLowerCase()]?.toString(), url }, rule);
    if (!("verdict" in found)) {
      reply.code(found.status);
      reply.headers(found.headers);
      return reply.send(found.body);
    }
    whenClosed(reply.raw, found);
    request.latchkey = found.verdict;
    return undefined;
  };
}
