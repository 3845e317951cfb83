import type { IncomingMessage } from "node:http";
import { type Asked, authorize, type Refusal, type Rule } from "../authorize";
import { Refused } from "./refused";

export type AuthAnswer = { status: number; headers: Record<string, string>; body?: object };

/** All that nginx's auth_request passes on: anything else is a 500 to it. */
const NGINX_STATUSES = [401, 403];

/**
 * For a proxy that asks before it lets a call through. Its configuration names the rule in headers and the address in
 * `X-Forwarded-Uri`; `?nginx=1` has every refusal be one that nginx knows, `?report=0` leaves counting to the API behind.
 */
export async function answerAuth(verifier: Asked, { headers }: IncomingMessage, asked: URLSearchParams): Promise<AuthAnswer> {
  const header = (name: string) => headers[name.toLowerCase()]?.toString();
  const call = { header, url: header("x-forwarded-uri") ?? "/" };
  const found = await authorize(verifier, call, readRule(header("x-latchkey-permission"), header("x-latchkey-cost")));
  if (!("verdict" in found)) return asked.get("nginx") === "1" ? forNginx(found) : found;
  if (asked.get("report") !== "0") found.served(200);
  const { key_id, user_id, name } = found.verdict;
  return {
    status: 204,
    headers: {
      "X-Latchkey-Key-Id": key_id,
      "X-Latchkey-User-Id": user_id,
      "X-Latchkey-Name": encodeURIComponent(name.toWellFormed()),
    },
  };
}

/** What is there and says nothing is a mistake of the proxy's, and must not mean that no permission is needed. */
function readRule(permission: string | undefined, cost = "0"): Rule {
  if (permission === "" || !/^\d{1,9}$/.test(cost))
    throw new Refused(500, "INVALID_RULE", "The proxy names a permission or a cost that is none.");
  return { permission, cost: Number(cost) };
}

function forNginx({ status, headers, body }: Refusal): AuthAnswer {
  const told = { "X-Latchkey-Status": String(status), "X-Latchkey-Code": body.code };
  return { status: NGINX_STATUSES.includes(status) ? status : 403, headers: { ...headers, ...told }, body };
}
