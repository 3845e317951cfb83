import type { Journey, Visit } from "./journey";
import {
  AccountsAndTokensService,
  ApiError,
  BehindYourApiService,
  EveryoneSKeysService,
  OpenAPI,
  YourOwnKeysService,
} from "./made/openapi-typescript-codegen";

export async function travel({ url, headers, email, password, adminSecret, serviceSecret, sign }: Visit): Promise<Journey> {
  OpenAPI.BASE = url;
  OpenAPI.HEADERS = async ({ body, url }) => ({
    ...headers,
    ...(url === "/usage" && { "x-signature": sign(body) }),
    ...(url === "/api/api-keys" && { "X-Admin-Secret": adminSecret }),
  });
  const person = { email, password, password_confirm: password, first_name: "Asha", last_name: "Mrema" };
  const registered = await AccountsAndTokensService.register(person);
  const { access } = registered.tokens;
  OpenAPI.TOKEN = async ({ url }) => (url === "/api/keys/verify" ? serviceSecret : access);

  const created = await YourOwnKeysService.createKey({ key_name: "Generated", permissions: { sms: ["send"] } });
  const { id, key_name, permissions, expires_at, api_key } = created.data;
  const listed = await EveryoneSKeysService.adminListKeys(registered.user.id, 5);

  const verify = async () => {
    const verdict = await BehindYourApiService.verifyKey({ key: api_key, permission: "sms:send", cost: 2 });
    if ("results" in verdict) throw new Error("one key was answered as many");
    return verdict.code;
  };
  const before = await verify();
  const usage = await BehindYourApiService.reportUsage({ events: [{ id: `of ${id}`, keyId: id, delta: 2 }] });
  const revoked = await YourOwnKeysService.revokeKey(id, {});
  const refusal = await YourOwnKeysService.createKey({ key_name: " " }).then(
    () => undefined,
    (error: unknown) => (error instanceof ApiError ? error.body.error_code : undefined),
  );
  return {
    created: { key_name, permissions, expires_at },
    listed: listed.keys.map(({ name }) => name),
    verdicts: [before, await verify()],
    usage: "accepted" in usage ? usage.accepted : usage,
    revoked: revoked.data.status === "revoked" && !revoked.data.is_active,
    refusal,
  };
}
