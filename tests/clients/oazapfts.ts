import type { Journey, Visit } from "./journey";
import * as portal from "./made/oazapfts";

export async function travel({ url, headers, email, password, adminSecret, serviceSecret, sign }: Visit): Promise<Journey> {
  portal.defaults.baseUrl = url;
  const as = (more: Record<string, string>) => ({ headers: { ...headers, ...more } });
  const person = { email, password, password_confirm: password, first_name: "Asha", last_name: "Mrema" };
  const registered = await portal.register(person, as({}));
  if (registered.status !== 201) throw new Error(`registering answered ${registered.status}`);
  const owner = as({ Authorization: `Bearer ${registered.data.tokens.access}` });

  const created = await portal.createKey({ key_name: "Generated", permissions: { sms: ["send"] } }, owner);
  if (created.status !== 201) throw new Error(`creating answered ${created.status}`);
  const { id, key_name, permissions, expires_at, api_key } = created.data.data;

  const staff = as({ "X-Admin-Secret": adminSecret });
  const listed = await portal.adminListKeys({ userId: registered.data.user.id, limit: 5 }, staff);
  if (listed.status !== 200) throw new Error(`listing answered ${listed.status}`);

  const verify = async () => {
    const asked = { key: api_key, permission: "sms:send", cost: 2 };
    const verdict = await portal.verifyKey(asked, as({ Authorization: `Bearer ${serviceSecret}` }));
    if (verdict.status !== 200 || "results" in verdict.data) throw new Error(`verifying answered ${verdict.status}`);
    return verdict.data.code;
  };
  const before = await verify();
  const body = { events: [{ id: `of ${id}`, keyId: id, delta: 2 }] };
  const usage = await portal.reportUsage(body, {}, as({ "x-signature": sign(body) }));
  const revoked = await portal.revokeKey(id, {}, owner);
  if (revoked.status !== 200) throw new Error(`revoking answered ${revoked.status}`);
  const unnamed = await portal.createKey({ key_name: " " }, owner);
  return {
    created: { key_name, permissions, expires_at },
    listed: listed.data.keys.map(({ name }) => name),
    verdicts: [before, await verify()],
    usage: usage.status === 200 && "accepted" in usage.data ? usage.data.accepted : usage.data,
    revoked: revoked.data.data.status === "revoked" && !revoked.data.data.is_active,
    refusal: unnamed.status === 400 ? unnamed.data.error_code : undefined,
  };
}
