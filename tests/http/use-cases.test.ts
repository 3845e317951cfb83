import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { OPERATIONS } from "../../app/docs/reference/document";
import { adminCall, call, newKey, query, randomEmail, type TestKey, verify } from "../support/client";
import { actions, addresses, filledIn, open, type Person, run, type Sent, uploadFile } from "../support/doors";
import { ask, begin, Replica } from "../support/feed";
import { newMailedToken, newUser, signInByCookie, type TestUser } from "../support/people";
import { shared } from "../support/portal";
import { newService } from "../support/services";
import { report } from "../support/usage";

// Everything that the portal does for anybody, once and in the ordinary way, by the build's own lists: what is added fails
// here until it has a line. Run on each way to the database, so that nothing works on one of them alone.

type Cast = { user: TestUser; person: Person; admin: Person; key: TestKey; keyId: string; serviceId: string };
let cast: Cast;

async function newPerson(user: TestUser): Promise<Person> {
  return { user, cookie: await signInByCookie(user) };
}

beforeAll(async () => {
  const [user, staff] = [await newUser(), await newUser()];
  await query("UPDATE users SET role = 'admin' WHERE id = $1", [staff.id]);
  const key = await newKey(user);
  const { id: serviceId } = await newService({ scopes: ["verify"] });
  cast = { user, person: await newPerson(user), admin: await newPerson(staff), key, keyId: await numberOf(key), serviceId };
});

const feedService = () => newService({ scopes: ["feed"] });

const ids = () => ({ plain: cast.person, keyId: cast.keyId, keyUuid: cast.key.id, serviceId: cast.serviceId });

async function numberOf({ id }: TestKey): Promise<string> {
  const [row] = await query<{ id: string }>("SELECT id::text FROM api_keys WHERE uuid = $1", [id]);
  return row?.id ?? "";
}

const ofBrowser = (cookie: string) => ({ Cookie: cookie, Origin: shared().url });
const registration = () => {
  const password = `pw-${randomUUID()}`;
  return { email: randomEmail(), password, password_confirm: password, first_name: "Asha", last_name: "Mrema" };
};

const OPERATION_OF: Record<string, () => Promise<{ status: number }>> = {
  register: () => call("/api/auth/register/", { body: registration() }),
  login: () => call("/api/auth/login/", { body: { email: cast.user.email, password: cast.user.password } }),
  refreshTokens: () => call("/api/auth/token/refresh/", { body: { refresh: cast.user.refresh } }),
  logout: async () => call("/api/auth/logout/", { body: { refresh: (await newUser()).refresh } }),
  getProfile: () => call("/api/auth/profile/", { token: cast.user.access }),
  replaceProfile: () =>
    call("/api/auth/profile/", { method: "PUT", token: cast.user.access, body: { first_name: "A", last_name: "B" } }),
  changeProfile: () => call("/api/auth/profile/", { method: "PATCH", token: cast.user.access, body: { first_name: "C" } }),
  getProfileSettings: () => call("/api/auth/settings/profile/", { token: cast.user.access }),
  saveProfileSettings: () =>
    call("/api/auth/settings/profile/", { method: "PUT", token: cast.user.access, body: { last_name: "B" } }),
  changeProfileSettings: () =>
    call("/api/auth/settings/profile/", { method: "PATCH", token: cast.user.access, body: { first_name: "C" } }),
  changeOwnPassword: async () => {
    const { access, password } = await newUser();
    const body = { old_password: password, new_password: `pw-${randomUUID()}` };
    return call("/api/auth/password/change/", { token: access, body });
  },
  forgotPassword: async () => call("/api/auth/forgot-password/", { body: { email: (await newUser()).email } }),
  resetPassword: async () => {
    const token = await newMailedToken("reset-password", await newUser());
    return call("/api/auth/password/reset/confirm/", { body: { token, new_password: "a long sentence" } });
  },
  getKeySet: () => call("/api/auth/jwks"),
  createKey: () => call("/api/auth/keys/create/", { token: cast.user.access, body: { key_name: "Made" } }),
  getSettings: () => call("/api/auth/settings/", { token: cast.user.access }),
  getUsage: () => call("/api/auth/usage/", { token: cast.user.access }),
  regenerateKey: async () =>
    call(`/api/auth/keys/${(await newKey(cast.user)).id}/regenerate/`, { token: cast.user.access, body: { grace_seconds: 60 } }),
  generateKey: () => call("/api/auth/api-key/generate/", { token: cast.user.access, body: { name: "Made" } }),
  revokeGeneratedKey: async () =>
    call("/api/auth/api-key/revoke/", { token: cast.user.access, body: { key_id: (await newKey(cast.user)).id } }),
  changeKey: async () =>
    call(`/api/auth/keys/${(await newKey(cast.user)).id}/`, {
      method: "PATCH",
      token: cast.user.access,
      body: { key_name: "Changed", note: "why" },
    }),
  disableKey: async () => call(`/api/auth/keys/${(await newKey(cast.user)).id}/disable/`, { token: cast.user.access, body: {} }),
  enableKey: async () => call(`/api/auth/keys/${(await newKey(cast.user)).id}/enable/`, { token: cast.user.access, body: {} }),
  revokeKey: async () => call(`/api/auth/keys/${(await newKey(cast.user)).id}/revoke/`, { token: cast.user.access, body: {} }),
  adminCreateKey: () => adminCall("/api/api-keys", { body: { userId: cast.user.id } }),
  adminListKeys: () => adminCall("/api/api-keys"),
  adminDeleteKey: async () => adminCall(`/api/api-keys/${await numberOf(await newKey(cast.user))}`, { method: "DELETE" }),
  adminRestoreKey: async () => {
    const id = await numberOf(await newKey(cast.user));
    await adminCall(`/api/api-keys/${id}`, { method: "DELETE" });
    return adminCall(`/api/api-keys/${id}/restore`, { method: "POST" });
  },
  adminListUsers: () => adminCall("/api/users?limit=1"),
  adminCreateUser: () => adminCall("/api/users", { body: { email: randomEmail(), external_id: randomUUID() } }),
  adminGetUser: () => adminCall(`/api/users/${cast.user.id}`),
  adminChangeCredits: async () =>
    adminCall(`/api/users/${(await newUser()).id}/credits`, { body: { amount: 1, reason: "Sold", reference: randomUUID() } }),
  getSelf: () => call("/api/keys/self", { token: cast.key.api_key }),
  revokeSelf: async () => call("/api/keys/self/revoke", { method: "POST", token: (await newKey(cast.user)).api_key }),
  regenerateSelf: async () => {
    const key = await newKey(cast.user);
    await call(`/api/auth/keys/${key.id}/`, { method: "PATCH", token: cast.user.access, body: { self_rotation: true } });
    return call("/api/keys/self/regenerate", { method: "POST", token: key.api_key });
  },
  verifyKey: () => verify({ key: cast.key.api_key, cost: 0 }),
  reportUsage: () => report({ apiKey: cast.key.api_key, delta: 1 }),
  openVerifierSession: async () => (await begin((await feedService()).credential)) && { status: 201 },
  getSnapshotPage: async () => {
    const { credential } = await feedService();
    const { snapshot } = await begin(credential);
    return ask(`/snapshot/${snapshot?.pages[0]}`, credential);
  },
  readFeed: async () => {
    const { credential } = await feedService();
    return ask("/feed", credential, new Replica(await begin(credential), credential).place({ wait: 0 }));
  },
  acknowledge: async () => {
    const { credential } = await feedService();
    return new Replica(await begin(credential), credential).acknowledge();
  },
  getReceipts: async () => {
    const key = await newKey(cast.user);
    const { headers } = await call(`/api/auth/keys/${key.id}/revoke/`, { method: "POST", token: cast.user.access });
    return call(`/api/verifier/receipts/${headers.get("latchkey-change")}`, { token: cast.user.access });
  },
  getHealth: () => call("/api/health"),
  getLiveness: () => call("/api/health/live"),
  getReference: () => fetch(`${shared().url}/api/openapi.json`),
  signIn: () =>
    call("/api/auth/sign-in/email", {
      body: { email: cast.user.email, password: cast.user.password },
      headers: { Origin: shared().url },
    }),
  signOut: async () => call("/api/auth/sign-out", { body: {}, headers: ofBrowser(await signInByCookie(await newUser())) }),
  getSession: () => call("/api/auth/get-session", { headers: ofBrowser(cast.person.cookie) }),
  changePassword: async () => {
    const user = await newUser();
    const body = { currentPassword: user.password, newPassword: `pw-${randomUUID()}` };
    return call("/api/auth/change-password", { body, headers: ofBrowser(await signInByCookie(user)) });
  },
};

test.each(OPERATIONS.map(({ id }) => id))("the operation %s", async (id) => {
  const ask = OPERATION_OF[id];
  if (!ask) throw new Error(`this test does not know how to ask for ${id}`);
  let { status } = await ask();
  // On a busy machine the database can be too slow for an answer, which says so: it is asked for again.
  for (let again = 0; status === 503 && again < 3; again += 1) {
    await pause(1000);
    ({ status } = await ask());
  }
  expect(status).toBeGreaterThanOrEqual(200);
  expect(status).toBeLessThan(300);
});

/** Routes that are no operation of their own: what answers for all the rest, the metrics, which are not public, and files of pages. */
const OTHER_ROUTES =
  /^\/(api\/(\[\[\.\.\.path\]\]|auth\/\[\.\.\.all\]|unsupported-method|usage)|metrics|sign-out|keys\/\[id\]\/first-call|\.well-known\/.*|admin\/import\/upload|.*\/export|favicon\.ico|.*icon\..*|manifest\.webmanifest)$/;

test("every route of the build is an operation of the reference", () => {
  const told = OPERATIONS.map(({ path }) => path.replace(/\/$/, "").replaceAll("{", "[").replaceAll("}", "]"));
  const built = addresses("route").filter((address) => !OTHER_ROUTES.test(address));
  expect(built.length).toBeGreaterThanOrEqual(10);
  expect(built.filter((address) => !told.includes(address))).toStrictEqual([]);
});

/** Who opens a page that not everybody may see. */
const visitor = (address: string) => (address.startsWith("/admin") ? cast.admin : cast.person);
const FOR_STRANGERS = /^\/(sign-in|sign-up|forgot-password|reset-password|verify-email)$/;

test.each(addresses("page").filter((address) => !address.startsWith("/_")))("the page %s", async (address) => {
  const answer = await open(filledIn(address, ids()), FOR_STRANGERS.test(address) ? null : visitor(address));
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain("</html>");
});

test.each(addresses("route").filter((address) => address.endsWith("/export")))("the file %s", async (address) => {
  const answer = await open(filledIn(address, ids()), visitor(address));
  expect([answer.status, answer.headers.get("content-type")]).toStrictEqual([200, "text/csv; charset=utf-8"]);
  expect((await answer.text()).split("\r\n").length).toBeGreaterThan(1);
});

test("whether a key's first call has come", async () => {
  const answer = await open(`/keys/${cast.key.id}/first-call`, cast.person);
  expect([answer.status, await answer.json()]).toStrictEqual([200, { state: expect.stringMatching(/^(none|made)$/) }]);
});

type Done = { returned?: unknown; redirect?: string };
type Doing = Sent & { as?: Person | null; done: Done };

const done = { returned: expect.objectContaining({ isDone: true }) };
const issued = { returned: expect.objectContaining({ issued: expect.objectContaining({ key: expect.stringContaining("_") }) }) };
/** A credential of a service that was made just now, as forms name it. */
async function serviceFields(): Promise<{ id: string; credential: string }> {
  const { id } = await newService({ scopes: ["verify"] });
  const [row] = await query<{ credential: string }>(
    "SELECT id::text AS credential FROM service_credentials WHERE service_id = $1",
    [id],
  );
  return { id, credential: row?.credential ?? "" };
}

const seen = (user: TestUser, more: Record<string, string> = {}) => ({ user: user.id, role: "user", banned: "false", ...more });
const noProblem = (uuid: string) => ({ returned: expect.objectContaining({ results: [{ uuid, problem: null }] }) });

/** Somebody to whom staff does something. */
async function someone(change = ""): Promise<TestUser> {
  const user = await newUser();
  if (change) await query(`UPDATE users SET ${change} WHERE id = $1`, [user.id]);
  return user;
}

/** A file with one person, sent by staff. */
async function uploaded(): Promise<string> {
  const { id } = await uploadFile(cast.admin, JSON.stringify({ type: "user", id: randomUUID(), email: randomEmail() }));
  return id;
}

const ACTION_OF: Record<string, () => Promise<Doing>> = {
  chooseThemeAction: async () => ({ as: null, takes: "form", fields: { theme: "dark" }, done: {} }),
  signUpAction: async () => ({
    as: null,
    fields: { ...registration(), name: "Asha Mrema", next: "/keys" },
    done: { redirect: "/keys" },
  }),
  signInAction: async () => {
    const { email, password } = cast.user;
    return { as: null, fields: { email, password, next: "/settings" }, done: { redirect: "/settings" } };
  },
  forgotPasswordAction: async () => ({ as: null, fields: { email: (await newUser()).email }, done }),
  resetPasswordAction: async () => {
    const token = await newMailedToken("reset-password", await newUser());
    return { as: null, fields: { token, password: "a long sentence" }, done: { redirect: "/sign-in?done=reset" } };
  },
  verifyEmailAction: async () => {
    const token = await newMailedToken("verify-email", cast.user);
    return { fields: { token }, done: { redirect: `/verify-email?token=${token}&done=confirmed` } };
  },
  updateProfileAction: async () => ({ fields: { first_name: "Asha", last_name: "Juma" }, done }),
  changePasswordAction: async () => {
    const user = await newUser();
    const fields = { currentPassword: user.password, newPassword: `pw-${randomUUID()}` };
    return { as: await newPerson(user), fields, done };
  },
  mailVerificationAction: async () => ({ as: await newPerson(await newUser()), done }),
  endSessionAction: async () => {
    const [session] = await query<{ id: string }>("SELECT id FROM sessions WHERE user_id = $1 LIMIT 1", [(await newUser()).id]);
    return { takes: "form", fields: { session: session?.id ?? "" }, done: {} };
  },
  endOtherSessionsAction: async () => ({ as: await newPerson(await newUser()), done }),
  createKeyAction: async () => ({ fields: { key_name: "Made", access: "read-write" }, done: issued }),
  regenerateKeyAction: async () => ({ fields: { uuid: (await newKey(cast.user)).id, grace_seconds: "60" }, done: issued }),
  updateKeyAction: async () => {
    const { id: uuid } = await newKey(cast.user);
    return { fields: { uuid, key_name: "Renamed", access: "keep", expiry: "keep" }, done };
  },
  pauseKeyAction: async () => ({ fields: { uuid: (await newKey(cast.user)).id, deed: "disable" }, done }),
  revokeKeysAction: async () => {
    const { id: uuid } = await newKey(cast.user);
    return { fields: { uuid, understood: "on" }, done: noProblem(uuid) };
  },
  revokeOnPageAction: async () => {
    const { id: uuid } = await newKey(cast.user);
    return { fields: { uuid, understood: "on" }, done: { redirect: `/keys/${uuid}` } };
  },
  pauseOnPageAction: async () => {
    const { id: uuid } = await newKey(cast.user);
    return { fields: { uuid, deed: "disable" }, done: { redirect: `/keys/${uuid}` } };
  },
  endGraceOnPageAction: async () => {
    const { id: uuid } = await newKey(cast.user);
    return { fields: { uuid }, done: { redirect: `/keys/${uuid}` } };
  },
  revokeAllAction: async () => {
    const user = await newUser();
    await newKey(user);
    return { as: await newPerson(user), done: { redirect: "/keys?status=revoked" } };
  },
  recentCallsAction: async () => ({
    takes: [[cast.key.id]],
    done: { returned: [expect.objectContaining({ uuid: cast.key.id })] },
  }),
  endGraceAction: async () => {
    const { id: uuid } = await newKey(cast.user);
    await call(`/api/auth/keys/${uuid}/regenerate/`, { token: cast.user.access, body: { grace_seconds: 600 } });
    return { fields: { uuid }, done };
  },
  confirmPasswordAction: async () => ({ as: cast.admin, fields: { password: cast.admin.user.password }, done }),
  importFileAction: async () => ({
    as: cast.admin,
    fields: { file: await uploaded() },
    done: { returned: expect.objectContaining({ done: expect.objectContaining({ refused: 0 }) }) },
  }),
  discardFileAction: async () => ({ as: cast.admin, fields: { file: await uploaded() }, done }),
  isConfirmedAction: async () => ({ as: cast.admin, takes: [], done: { returned: true } }),
  findOwnersAction: async () => ({
    as: cast.admin,
    takes: [cast.user.email],
    done: { returned: [expect.objectContaining({ id: cast.user.id })] },
  }),
  recentCallsOfAnyAction: async () => ({
    as: cast.admin,
    takes: [[cast.key.id]],
    done: { returned: [expect.objectContaining({ uuid: cast.key.id })] },
  }),
  createKeyForAction: async () => ({
    as: cast.admin,
    fields: { owner: cast.user.id, format: "mf_live", key_name: "Made", access: "read-write" },
    done: issued,
  }),
  reissueAnyKeyAction: async () => ({
    as: cast.admin,
    fields: { uuid: (await newKey(cast.user)).id, grace_seconds: "60" },
    done: issued,
  }),
  pauseAnyKeyAction: async () => ({
    as: cast.admin,
    fields: { uuid: (await newKey(cast.user)).id, deed: "disable" },
    done,
  }),
  revokeAnyKeysAction: async () => {
    const { id: uuid } = await newKey(cast.user);
    return { as: cast.admin, fields: { uuid, understood: "on" }, done: noProblem(uuid) };
  },
  deleteAnyKeysAction: async () => {
    const { id: uuid } = await newKey(cast.user, { key_name: "Doomed" });
    return { as: cast.admin, fields: { uuid, name: "Doomed", confirmation: "Doomed" }, done: noProblem(uuid) };
  },
  adjustCreditsAction: async () => ({
    as: cast.admin,
    fields: { user: cast.user.id, change: "add", amount: "5", reason: "A gift", adjustment: "0" },
    done,
  }),
  banUserAction: async () => ({ as: cast.admin, fields: seen(await someone(), { reason: "Abuse" }), done }),
  unbanUserAction: async () => ({
    as: cast.admin,
    fields: { ...seen(await someone("banned = true")), banned: "true", reason: "A mistake" },
    done,
  }),
  changeRoleAction: async () => ({ as: cast.admin, fields: seen(await someone(), { to: "admin" }), done }),
  endSessionsAction: async () => ({ as: cast.admin, fields: { user: (await someone()).id }, done }),
  createServiceAction: async () => ({
    as: cast.admin,
    fields: { name: `Till ${randomUUID()}`, "scope:verify": "on" },
    done: issued,
  }),
  rotateServiceAction: async () => ({
    as: cast.admin,
    fields: { ...(await serviceFields()), grace_seconds: "3600" },
    done: issued,
  }),
  changeServiceAction: async () => {
    const { id } = await serviceFields();
    return { as: cast.admin, fields: { id, version: "1", name: `Till ${id}`, "scope:usage": "on" }, done };
  },
  revokeServiceCredentialAction: async () => ({ as: cast.admin, fields: await serviceFields(), done }),
  revokeServiceAction: async () => {
    const { id } = await serviceFields();
    return { as: cast.admin, fields: { id, understood: "on" }, done };
  },
  // It is accepted already, and others use it at the same time.
  switchSharedSecretAction: async () => ({ as: cast.admin, fields: { name: "SERVICE_API_SECRET", isOff: "false" }, done }),
  revokeAllKeysAction: async () => ({ as: cast.admin, fields: { user: (await someone()).id }, done }),
};

test.each(actions())("the action $name", async (action) => {
  const prepare = ACTION_OF[action.name];
  if (!prepare) throw new Error(`this test does not know how to send ${action.name}`);
  const { as = cast.person, done: expected, ...sent } = await prepare();
  const { status, returned, redirect, text } = await run(action, as, ids(), sent);
  expect([200, 303], text).toContain(status);
  if ("returned" in expected) expect(returned, text).toStrictEqual(expected.returned);
  expect(redirect?.split(";")[0] ?? undefined).toBe(expected.redirect);
});

describe("What staff does to people", () => {
  test("is done: banned, unbanned, made an administrator and no more one", async () => {
    const user = await newUser();
    const named = (name: string) => {
      const action = actions().find((one) => one.name === name);
      if (!action) throw new Error(`this build has no ${name}`);
      return action;
    };
    const change = async (name: string, fields: Record<string, string>) => {
      const { returned } = await run(named(name), cast.admin, ids(), { fields });
      const [row] = await query<{ role: string; banned: boolean }>("SELECT role, banned FROM users WHERE id = $1", [user.id]);
      return [returned?.isDone, row?.role, row?.banned];
    };
    const isLoggedIn = async () => (await call("/api/auth/profile/", { token: user.access })).status === 200;
    expect(await isLoggedIn()).toBe(true);
    expect(await change("banUserAction", seen(user, { reason: "Abuse" }))).toStrictEqual([true, "user", true]);
    expect(await isLoggedIn()).toBe(false);
    const banned = { ...seen(user), banned: "true", reason: "A mistake" };
    expect(await change("unbanUserAction", banned)).toStrictEqual([true, "user", false]);
    expect(await change("changeRoleAction", seen(user, { to: "admin" }))).toStrictEqual([true, "admin", false]);
    const asAdmin = { ...seen(user), role: "admin", to: "user" };
    expect(await change("changeRoleAction", asAdmin)).toStrictEqual([true, "user", false]);
  });
});
