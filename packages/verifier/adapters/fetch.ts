import { authorize, type Pass, type Refusal, type Rule, type ValidVerdict } from "../authorize";
import type { Verifier } from "../types";

export type { Rule, ValidVerdict } from "../authorize";

export type Handler<Incoming extends Request, Rest extends unknown[]> = (
  request: Incoming,
  verdict: ValidVerdict,
  ...rest: Rest
) => Response | Promise<Response>;

/** The verdict of a call that is let in, else the answer to send. It counts nothing: `withKey` does. */
export async function checkRequest(verifier: Verifier, request: Request, rule?: Rule): Promise<ValidVerdict | Response> {
  const found = await ask(verifier, request, rule);
  return "verdict" in found ? found.verdict : respond(found);
}

/** A handler for calls that are let in. Where the rule has a cost, a call is counted unless it is answered with 500 or above. */
export function withKey<Incoming extends Request, Rest extends unknown[]>(
  verifier: Verifier,
  handler: Handler<Incoming, Rest>,
  rule?: Rule,
) {
  return async (request: Incoming, ...rest: Rest): Promise<Response> => {
    const found = await ask(verifier, request, rule);
    if (!("verdict" in found)) return respond(found);
    const response = await handler(request, found.verdict, ...rest);
    found.served(response.status);
    return response;
  };
}

export function respond({ status, headers, body }: Refusal): Response {
  return new Response(JSON.stringify(body), { status, headers });
}

function ask(verifier: Verifier, { headers, url }: Request, rule?: Rule): Promise<Pass | Refusal> {
  return authorize(verifier, { header: (name) => headers.get(name), url }, rule);
}
