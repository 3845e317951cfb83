import { call } from "../../tests/support/client";
import { cookieOf } from "../../tests/support/cookies";
import { newFolder } from "../../tests/support/launch";
import { type Pooler, startPgBouncer } from "../../tests/support/pgbouncer";
import { randomSecret } from "../../tests/support/server";
import { type Cluster, openCluster } from "../postgres";
import type { Finding } from "./drill";
import { type Ground, openOwnGround } from "./ground";

const PAGES = ["/keys", "/usage", "/settings"];

/** A portal that reaches its database through PgBouncer in transaction mode alone. */
export async function openPooledGround(given?: Cluster): Promise<Ground> {
  const cluster = given ?? (await openCluster(newFolder("drill-database"), randomSecret()));
  let pooler: Pooler | undefined;
  const leave = async () => {
    await pooler?.stop();
    if (!given) await cluster.stop("immediate");
  };
  try {
    pooler = await startPgBouncer(cluster.url);
    const ground = await openOwnGround({ cluster, url: pooler.url });
    const { close } = ground;
    return Object.assign(ground, { close: () => close().then(leave) });
  } catch (error) {
    await leave();
    throw error;
  }
}

/** A key's whole life, and the pages that show it. Callers verify and report meanwhile. */
export async function liveWhole({ portal, owners, settings }: Ground): Promise<Finding[]> {
  const { email, password, access: token, key } = owners.A;
  const seen: string[] = [];
  const ask = async (path: string, options: Parameters<typeof call>[1]) => {
    const answer = await call(path, options, portal.url);
    seen.push(`${path} ${answer.status}`);
    return answer;
  };
  const made = await ask("/api/auth/keys/create/", { token, body: { key_name: "Through the pooler" } });
  const id = made.body.data?.id;
  await ask(`/api/auth/keys/${id}/regenerate/`, { method: "POST", token });
  await ask(`/api/auth/keys/${id}/revoke/`, { method: "POST", token });
  await ask("/api/auth/settings/", { token });
  await ask("/api/auth/usage/", { token });
  await ask("/api/keys/verify", { token: settings.SERVICE_API_SECRET ?? "", body: { keys: [{ key: key.api_key, cost: 0 }] } });
  await ask("/api/api-keys", { headers: { "X-Admin-Secret": settings.ADMIN_API_SECRET ?? "" } });
  await ask("/api/health", {});
  const signIn = await ask("/api/auth/sign-in/email", { body: { email, password }, headers: { Origin: portal.url } });
  const Cookie = cookieOf(signIn);
  for (const page of PAGES) {
    const { status } = await fetch(portal.url + page, { headers: { Cookie }, redirect: "manual" });
    seen.push(`${page} ${status}`);
  }
  const wrong = seen.filter((line) => !/ 20[01]$/.test(line));
  return [{ says: `a key's whole life, and every page (${wrong.join(", ") || seen.length})`, holds: wrong.length === 0 }];
}
