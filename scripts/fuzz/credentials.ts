import { maskCredentials } from "../../packages/rule/credentials";
import type { Exchange } from "./aims";
import { readFields } from "./aims";
import type { Json } from "./document";
import type { Cast } from "./people";

/** The fields in which an operation shows what it has just made, this once. */
const ISSUES: Record<string, string[]> = {
  createKey: ["data.api_key", "data.secret_key"],
  regenerateKey: ["data.api_key", "data.secret_key"],
  generateKey: ["api_key", "key", "secret_key"],
  adminCreateKey: ["key.key"],
  regenerateSelf: ["api_key", "secret_key"],
  register: ["tokens.access", "tokens.refresh"],
  login: ["tokens.access", "tokens.refresh"],
  refreshTokens: ["access", "refresh"],
  signIn: ["token"],
  changePassword: ["token"],
};
/** Which of them sets a cookie, that too. */
const SETS_COOKIE = ["signIn", "changePassword", "signOut", "logout"];

const CREDENTIAL = /mf_live_[0-9A-Za-z]{30,}|datazag_[0-9a-f]{64}|eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{16,}/g;

/** What is shown where the document does not say so, as a sentence; null when all is well. `issued` remembers what was shown. */
export function findShown({ step, reply }: Exchange, cast: Cast, secrets: readonly string[], issued: Set<string>): string | null {
  const allowed = reply.status < 300 ? (ISSUES[step.operation.id] ?? []) : [];
  const body = allowed.length === 0 ? null : readFields(reply.text);
  let rest = `${reply.text}\n${headersOf(reply.headers, reply.status < 300 && SETS_COOKIE.includes(step.operation.id))}`;
  for (const path of allowed) {
    const shown = path.split(".").reduce<Json | undefined>((value, name) => partOf(value, name), body ?? undefined);
    if (typeof shown !== "string") continue;
    if (!shown.startsWith("eyJ") && issued.has(shown) && path !== "key")
      return `${path} shows a credential that was shown before`;
    issued.add(shown);
    rest = rest.replaceAll(shown, "");
  }
  return findCredential(rest) ?? findSecret(rest, [...secrets, ...ownSecrets(cast)]);
}

/** Of our own form, in clear or written in any other way. */
export function findCredential(text: string): string | null {
  const [inClear] = text.match(CREDENTIAL) ?? [];
  if (inClear) return `${inClear.slice(0, 14)}… stands in clear`;
  const masked = maskCredentials(text);
  if (masked === text) return null;
  const at = [...text].findIndex((sign, index) => sign !== masked[index]);
  return `a credential is written in another way, near ${JSON.stringify(masked.slice(Math.max(0, at - 40), at + 40))}`;
}

function findSecret(text: string, secrets: readonly string[]): string | null {
  return secrets.some((secret) => text.includes(secret)) ? "a password, a session or a setting stands in clear" : null;
}

function ownSecrets({ A, B }: Cast): string[] {
  return [A, B].flatMap(({ password, cookie }) => [
    password,
    decodeURIComponent(cookie.split("=")[1] ?? "").split(".")[0] ?? password,
  ]);
}

function headersOf(headers: Headers, mayHaveCookie: boolean): string {
  return [...headers]
    .filter(([name]) => !(mayHaveCookie && name === "set-cookie"))
    .map(([, value]) => value)
    .join("\n");
}

function partOf(value: Json | undefined, name: string): Json | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value[name] : undefined;
}
