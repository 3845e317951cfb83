import { maskCredentials } from "../../packages/rule/credentials";
import { BASE64_SIGN, base64Forms, decodedIn } from "../../packages/rule/encodings";
import { SERVICE_FORM } from "../../packages/rule/forms";
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

const SERVICE_BODY = new RegExp(`[0-9A-Za-z]{${SERVICE_FORM.length}}`);
/** What a service's credential begins with, in clear or in base64, and all that could belong to it. */
const SERVICE_STRETCH = new RegExp(
  `(?:${[SERVICE_FORM.prefix, ...base64Forms(SERVICE_FORM.prefix)].join("|")})${BASE64_SIGN}*`,
  "gi",
);

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
  const certain = text.replace(SERVICE_STRETCH, (found) => (holdsService(found) ? found : "?".repeat(found.length)));
  const masked = maskCredentials(certain);
  if (masked === certain) return null;
  const at = [...certain].findIndex((sign, index) => sign !== masked[index]);
  return `a credential is written in another way, near ${JSON.stringify(masked.slice(Math.max(0, at - 40), at + 40))}`;
}

/** Its prefix is so short that it stands in keys and signatures by chance: once in 60,000. So the whole has to be there. */
function holdsService(found: string): boolean {
  return [found.slice(SERVICE_FORM.prefix.length), ...decodedIn(found).map(({ text }) => text)].some((text) =>
    SERVICE_BODY.test(text),
  );
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
