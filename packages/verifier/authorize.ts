import { maskCredentials } from "@latchkey/rule/credentials";
import { MAX_CREDENTIAL_LENGTH } from "@latchkey/rule/forms";
import { REFUSAL_STATUSES } from "@latchkey/rule/verdicts";
import { MAX_UNREPORTED } from "./limits";
import type { Question, Verdict, Verifier } from "./types";

/** Reads one header of the call, whatever the case of its name. */
export type ReadHeader = (name: string) => string | null | undefined;
/** Where in the headers a text stands. */
export type Source = (header: ReadHeader) => string | null | undefined;

/** What a call needs. With a cost, it is counted once it was answered. */
export type Rule = Pick<Question, "permission" | "cost"> & {
  /** Where the key is. Default: `Authorization: Bearer`, else `X-API-Key`. */
  source?: Source;
  /** Where the key's secret is, for APIs that ask for it. */
  secret?: Source;
};

/** A call as far as a key is about it. `url`: with its query, with or without scheme and host. */
export type Call = { header: ReadHeader; url: string };

/** Of a verifier, all that this needs. */
export type Asked = Pick<Verifier, "verify" | "report" | "status">;
export type ValidVerdict = Extract<Verdict, { valid: true }>;
/** `served`: to be told of the status of the answer, once. */
export type Pass = { verdict: ValidVerdict; served: (status: number) => void };
export type Refusal = {
  status: 400 | 401 | 402 | 403 | 429 | 503;
  headers: Record<string, string>;
  body: { error: string; code: string };
};

const MAX_ENDPOINT_LENGTH = 500;
const RETRY_SECONDS = 1;
const CHALLENGE = 'Bearer realm="api"';
const KEY = new RegExp(`^\\S{1,${MAX_CREDENTIAL_LENGTH}}$`);
const UNAVAILABLE = "The API cannot be used at the moment. Please try again.";

/** Whether a call is let in, else what to answer. The key is never read from the query, where logs would keep it. */
export async function authorize(verifier: Asked, call: Call, rule: Rule = {}): Promise<Pass | Refusal> {
  const { permission, cost = 0, source = keyOf, secret } = rule;
  if (!Number.isSafeInteger(cost) || cost < 0) throw new TypeError("cost must be a whole number of credits");
  const { path, query } = partsOf(call.url);
  if (maskCredentials(query) !== query)
    return refuse(
      400,
      "CREDENTIAL_IN_ADDRESS",
      "Send your API key in a header, not in the address. Replace it: addresses are kept in logs.",
    );

  const key = source(call.header)?.trim() ?? "";
  if (!KEY.test(key))
    return refuse(401, "MISSING_KEY", "Send your API key as: Authorization: Bearer <key>", { "WWW-Authenticate": CHALLENGE });

  if (cost > 0 && verifier.status().unreported >= MAX_UNREPORTED) return unavailable();
  const verdict = await verifier.verify(key, { permission, cost, secret: secret?.(call.header) ?? undefined });
  if (!verdict.valid) return refuseBy(verdict);
  const served = (status: number) => {
    if (cost > 0 && status < 500) verifier.report({ keyId: verdict.key_id, delta: cost, endpoint: path });
  };
  return { verdict, served };
}

function keyOf(header: ReadHeader): string | null | undefined {
  return /^bearer +(\S+) *$/i.exec(header("authorization") ?? "")?.[1] ?? header("x-api-key");
}

function partsOf(url: string): { path: string; query: string } {
  const target = url.replace(/^[a-z]+:\/\/[^/?#]*/i, "");
  const [path = ""] = target.split(/[?#]/, 1);
  return { path: (maskCredentials(path) || "/").slice(0, MAX_ENDPOINT_LENGTH), query: target.slice(path.length) };
}

function refuseBy({ code, reason, retry_after }: Extract<Verdict, { valid: false }>): Refusal {
  if (code === "UNAVAILABLE") return unavailable(retry_after);
  const status = REFUSAL_STATUSES[code];
  if (status === 401) return refuse(status, code, reason, { "WWW-Authenticate": `${CHALLENGE}, error="invalid_token"` });
  return refuse(status, code, reason, status === 429 ? retryAfter(retry_after) : {});
}

/** Why is of no use to a caller. */
function unavailable(seconds?: number): Refusal {
  return refuse(503, "UNAVAILABLE", UNAVAILABLE, retryAfter(seconds));
}

function retryAfter(seconds = RETRY_SECONDS): Record<string, string> {
  return { "Retry-After": String(Math.max(1, Math.ceil(seconds))) };
}

function refuse(status: Refusal["status"], code: string, error: string, headers: Record<string, string> = {}): Refusal {
  return {
    status,
    headers: { "Content-Type": "application/json", "Cache-Control": "no-store", ...headers },
    body: { error, code },
  };
}
