import { findVisiblePart } from "@latchkey/rule/credentials";
import { z } from "zod";
import { Failure } from "./failure";
import type { Ask, Result, Site } from "./smoke-site";

const NAME = "A key's life";
/** A service with the scopes `verify`, `admin:read` and `admin:write`, or what all programs share. */
const CALLERS = ["SERVICE_API_SECRET", "ADMIN_API_SECRET"];

/**
 * Makes a key, verifies, disables, enables, revokes and removes it, each through the API that clients use. Not where a check before has found
 * a fault: the key could not be removed, or the same fault would be told twice.
 */
export async function liveAndDie(site: Site, before: Result[]): Promise<Result> {
  const callers = site.settings.SERVICE_CREDENTIAL ? [] : CALLERS;
  const missing = ["SMOKE_EMAIL", "SMOKE_PASSWORD", ...callers].filter((name) => !site.settings[name]);
  const isBroken = site.isSick || site.redirects.size > 0 || before.some(({ problem }) => problem);
  const reason = missing.length > 0 ? `${missing.join(", ")} not given` : isBroken ? "mend the crosses first" : null;
  if (reason) return { name: `${NAME} (not tried: ${reason})`, problem: null, isSkipped: true };
  try {
    await live(site);
    return { name: NAME, problem: null };
  } catch (error) {
    return {
      name: NAME,
      problem: error instanceof Failure ? error.message : "An answer could not be read: see the checks above.",
    };
  }
}

const loggedIn = z.object({ user: z.object({ id: z.string() }), tokens: z.object({ access: z.string() }) });
const created = z.object({ data: z.object({ id: z.string(), api_key: z.string() }) });
const done = z.object({ success: z.literal(true) });
const verdict = z.object({ code: z.string() });
const listed = z.object({ keys: z.array(z.object({ id: z.number(), key: z.string(), name: z.string() })) });

async function live({ ask, settings }: Site): Promise<void> {
  const { SMOKE_EMAIL: email, SMOKE_PASSWORD: password, SERVICE_CREDENTIAL: own } = settings;
  const [service, admin] = [own ?? settings.SERVICE_API_SECRET, own ?? settings.ADMIN_API_SECRET];
  const call = caller(ask);
  const login = await call("/api/auth/login/", loggedIn, "check SMOKE_EMAIL and SMOKE_PASSWORD", { email, password });
  const bearer = { Authorization: `Bearer ${login.tokens.access}` };
  const expires_at = new Date(Date.now() + 3600 * 1000).toISOString();
  const { data: key } = await call(
    "/api/auth/keys/create/",
    created,
    "look into its log",
    { key_name: "Smoke test", expires_at },
    bearer,
  );
  try {
    const verify = async () => {
      const headers = { Authorization: `Bearer ${service}` };
      return (
        await call(
          "/api/keys/verify",
          verdict,
          "check the service’s credential, or SERVICE_API_SECRET",
          { key: key.api_key, cost: 0 },
          headers,
        )
      ).code;
    };
    if ((await verify()) !== "VALID") throw new Failure("A fresh key is not valid: look at the log, and at the server's clock.");
    const told = (deed: "disable" | "enable") => call(`/api/auth/keys/${key.id}/${deed}/`, done, "look into its log", {}, bearer);
    await told("disable");
    if ((await verify()) !== "DISABLED") throw new Failure("A disabled key still works: let nothing cache /api/keys/verify.");
    await told("enable");
    if ((await verify()) !== "VALID") throw new Failure("A key that was enabled again does not work: look into its log.");
    const itself = await ask("/api/keys/self", { headers: { Authorization: `Bearer ${key.api_key}` } });
    if (!itself.ok) throw new Failure(`/api/keys/self answers ${itself.status} to a key: let the proxy pass Authorization on.`);
    await call(`/api/auth/keys/${key.id}/revoke/`, done, "look into its log", {}, bearer);
    if ((await verify()) !== "REVOKED") throw new Failure("A revoked key still works: let nothing cache /api/keys/verify.");
  } finally {
    await remove(ask, String(admin), login.user.id, key.api_key);
  }
}

/** Deletes the key, of which the admin API shows the beginning only: it is the newest of this user with this name. */
async function remove(ask: Ask, admin: string, userId: string, credential: string): Promise<void> {
  const headers = { "X-Admin-Secret": admin };
  const answer = await ask(`/api/api-keys?userId=${userId}&limit=10`, { headers });
  const { keys } = answer.ok ? listed.parse(await answer.json()) : { keys: [] };
  const shown = findVisiblePart(credential) ?? credential;
  const made = keys.find(({ name, key }) => name === "Smoke test" && key.startsWith(shown));
  const deleted = made && (await ask(`/api/api-keys/${made.id}`, { method: "DELETE", headers }));
  if (deleted?.status !== 200)
    throw new Failure(
      "The key “Smoke test” could not be removed: check the service’s scopes, or ADMIN_API_SECRET, and delete it by hand.",
    );
}

function caller(ask: Ask) {
  return async <Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    remedy: string,
    body: object,
    headers: Record<string, string> = {},
  ): Promise<z.output<Schema>> => {
    const answer = await ask(path, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "Content-Type": "application/json", ...headers },
    });
    if (answer.status === 429) throw new Failure(`${path} is throttled (429): wait a minute, and check again.`);
    if (!answer.ok) throw new Failure(`${path} answers ${answer.status}: ${remedy}.`);
    return schema.parse(await answer.json());
  };
}
