import { authorize, type Rule, type ValidVerdict } from "../authorize";
import type { Verifier } from "../types";
import { respond } from "./fetch";

export type { Rule, ValidVerdict } from "../authorize";

type Context = {
  req: { url: string; header(name: string): string | undefined };
  res: Response;
  set(name: "latchkey", verdict: ValidVerdict): void;
};

/** Middleware: goes on with the verdict under `c.get("latchkey")`, or answers. */
export function requireKey(verifier: Verifier, rule?: Rule) {
  return async (c: Context, next: () => Promise<void>): Promise<Response | undefined> => {
    const call = { header: (name: string) => c.req.header(name), url: c.req.url };
    const found = await authorize(verifier, call, rule);
    if (!("verdict" in found)) return respond(found);
    c.set("latchkey", found.verdict);
    await next();
    found.served(c.res.status);
    return undefined;
  };
}
