import type { Rule } from "../authorize";
import type { Verifier } from "../types";
import { type Handler, withKey } from "./fetch";

export type { Rule, ValidVerdict } from "../authorize";

// On globalThis because Next bundles each route apart: each would hold all keys once more.
const holder = globalThis as typeof globalThis & { latchkeyVerifier?: Verifier };

/**
 * `withKey(handler, rule)` for route handlers of the Node.js runtime. The verifier begins with the first call: a build, which
 * loads the routes as well, opens no session.
 */
export function createWithKey(createVerifier: () => Verifier) {
  return <Incoming extends Request, Rest extends unknown[]>(handler: Handler<Incoming, Rest>, rule?: Rule) =>
    (request: Incoming, ...rest: Rest): Promise<Response> => {
      holder.latchkeyVerifier ??= createVerifier();
      return withKey(holder.latchkeyVerifier, handler, rule)(request, ...rest);
    };
}
