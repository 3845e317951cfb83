import { decodeJwt } from "jose";
import { z } from "zod";
import type { Ask, Result, SmokeSettings } from "./smoke-checks";

const NAME = "A key's life";
const NEEDED = ["SMOKE_EMAIL", "SMOKE_PASSWORD", "SERVICE_API_SECRET", "ADMIN_API_SECRET"];

/** Makes a key, verifies, revokes and removes it, each through the API that clients use. */
export async function liveAndDie(ask: Ask, origin: string, settings: SmokeSettings): Promise<Result> {
  const missing = NEEDED.filter((name) => !settings[name]);
  if (missing.length > 0) return { name: `${NAME} (not tried: ${missing.join(", ")} not given)`, problem: null, isSkipped: true };
  try {
    await live(ask, origin, settings);
    return { name: NAME, problem: null };
  } catch (error) {
    return {
      name: NAME,
      problem: error instanceof Problem ? error.message : "An answer could not be read: see the checks above.",
    };
  }
}

class Problem extends Error {}

const loggedIn = z.object({ user: z.object({ id: z.string() }), tokens: z.object({ access: z.string() }) });
const created = z.object({ data: z.object({ id: z.string(), api_key: z.string() }) });
const revoked = z.object({ success: z.literal(true) });
const verdict = z.object({ code: z.string() });
const listed = z.object({ keys: z.array(z.object({ id: z.number(), key: z.string(), name: z.string() })) });

async function live(ask: Ask, origin: string, settings: SmokeSettings): Promise<void> {
  const { SMOKE_EMAIL: email, SMOKE_PASSWORD: password, SERVICE_API_SECRET: service, ADMIN_API_SECRET: admin } = settings;
  const call = caller(ask);
  const login = await call("/api/auth/login/", loggedIn, "check SMOKE_EMAIL and SMOKE_PASSWORD", { email, password });
  const issuer = issuerOf(login.tokens.access);
  if (issuer !== origin)
    throw new Problem(`Its APP_URL is ${issuer}, but it is reached at ${origin}: set APP_URL to the address that people use.`);
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
      return (await call("/api/keys/verify", verdict, "check SERVICE_API_SECRET", { key: key.api_key, cost: 0 }, headers)).code;
    };
    if ((await verify()) !== "VALID") throw new Problem("A fresh key is not valid: look at the log, and at the server's clock.");
    await call(`/api/auth/keys/${key.id}/revoke/`, revoked, "look into its log", {}, bearer);
    if ((await verify()) !== "REVOKED") throw new Problem("A revoked key still works: let nothing cache /api/keys/verify.");
  } finally {
    await remove(ask, String(admin), login.user.id, key.api_key);
  }
}

const PREFIX_LENGTH = "mf_live_".length;

/** Deletes the key, of which the admin API shows the beginning only: it is the newest of this user with this name. */
async function remove(ask: Ask, admin: string, userId: string, credential: string): Promise<void> {
  const headers = { "X-Admin-Secret": admin };
  const answer = await ask(`/api/api-keys?userId=${userId}&limit=10`, { headers });
  const { keys } = answer.ok ? listed.parse(await answer.json()) : { keys: [] };
  const hint = credential.slice(PREFIX_LENGTH, PREFIX_LENGTH + 6);
  const made = keys.find(({ name, key }) => name === "Smoke test" && key.includes(hint));
  const deleted = made && (await ask(`/api/api-keys/${made.id}`, { method: "DELETE", headers }));
  if (deleted?.status !== 200)
    throw new Problem("The key “Smoke test” could not be removed: check ADMIN_API_SECRET, and delete it by hand.");
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
    if (!answer.ok) throw new Problem(`${path} answers ${answer.status}: ${remedy}.`);
    return schema.parse(await answer.json());
  };
}

function issuerOf(token: string): string {
  return decodeJwt(token).iss ?? "nothing";
}
