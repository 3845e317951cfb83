import type { Journey, Visit } from "./journey";
import { Api } from "./made/swagger-typescript-api";

export async function travel({ url, headers, email, password, adminSecret, serviceSecret, sign }: Visit): Promise<Journey> {
  const portal = new Api<string>({
    baseUrl: url,
    baseApiParams: { headers, format: "json" },
    securityWorker: (token) => ({ headers: { ...headers, ...(token && { Authorization: `Bearer ${token}` }) } }),
  });
  const person = { email, password, password_confirm: password, first_name: "Asha", last_name: "Mrema" };
  const registered = await portal.api.register(person);
  portal.setSecurityData(registered.data.tokens.access);

  const created = await portal.api.createKey({ key_name: "Generated", permissions: { sms: ["send"] } });
  const { id, key_name, permissions, expires_at, api_key } = created.data.data;

  const listing = { userId: registered.data.user.id, limit: 5 };
  const listed = await portal.api.adminListKeys(listing, { headers: { "X-Admin-Secret": adminSecret } });

  const verify = async () => {
    const service = { secure: false, headers: { Authorization: `Bearer ${serviceSecret}` } };
    const { data } = await portal.api.verifyKey({ key: api_key, permission: "sms:send", cost: 2 }, service);
    if ("results" in data) throw new Error("one key was answered as many");
    return data.code;
  };
  const before = await verify();
  const body = { events: [{ id: `of ${id}`, keyId: id, delta: 2 }] };
  const { data: usage } = await portal.usage.reportUsage(body, { headers: { "x-signature": sign(body) } });
  const { data: revoked } = await portal.api.revokeKey(id, {});
  const refusal = await portal.api.createKey({ key_name: " " }).then(
    () => undefined,
    ({ error }: Awaited<ReturnType<typeof portal.api.createKey>>) => ("error_code" in error ? error.error_code : undefined),
  );
  return {
    created: { key_name, permissions, expires_at },
    listed: listed.data.keys.map(({ name }) => name),
    verdicts: [before, await verify()],
    usage: "accepted" in usage ? usage.accepted : usage,
    revoked: revoked.data.status === "revoked" && !revoked.data.is_active,
    refusal,
  };
}
