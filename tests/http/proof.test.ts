import { describe, expect, test } from "vitest";
import { adminCall, call, newKey, query, shared, type TestKey, verifyCode } from "../support/client";
import { cookieOf } from "../support/cookies";
import { newMailedToken, newUser, signInByCookie, type TestUser } from "../support/people";
import { postForm, readForm, sendPlainForm } from "../support/plain-form";

/** Somebody signed up with an address, made a key and signed in once more; staff made another one. */
async function squat() {
  const user = await newUser();
  const [key, cookie] = [await newKey(user), await signInByCookie(user)];
  const { body } = await adminCall("/api/api-keys", { body: { userId: user.id } });
  return { user, key, cookie, staffKey: body.key.key as string };
}

const link = async (user: TestUser) => `${shared().url}/verify-email?token=${await newMailedToken("verify-email", user)}`;
const read = async (page: string, Cookie = "") => (await fetch(page, { headers: { Cookie } })).text();
/** Where a link leads once it is answered. */
const pathOf = (page: string, done: string) => `${page.slice(shared().url.length)}&done=${done}`;
const statusOf = async (token: string) => (await call("/api/auth/profile/", { token })).status;
const login = async ({ email }: TestUser, password: string) =>
  (await call("/api/auth/login/", { body: { email, password } })).status;
const rowOf = async ({ id }: TestUser) => (await query("SELECT email_verified, unproven FROM users WHERE id = $1", [id]))[0];
const codesOf = (key: TestKey, staffKey: string) => Promise.all([verifyCode(key.api_key), verifyCode(staffKey)]);
const auditOf = ({ id }: TestUser, action: string) =>
  query("SELECT actor_id, after FROM audit_entries WHERE target_id = $1 AND action = $2", [id, action]);

const PROVED = { email_verified: true, unproven: false };
const UNPROVED = { email_verified: false, unproven: true };
const QUESTION = "Did you make this account?";
const MINE = "of whose address it is";

describe("A mailed link that proves an address", () => {
  test("asks nothing where the account itself is signed in, and ends nothing", async () => {
    const { user, key, cookie, staffKey } = await squat();
    const page = await link(user);
    expect(await read(page, cookie)).not.toContain(QUESTION);
    const answer = await sendPlainForm(page, {}, { Cookie: cookie });
    expect([answer.status, answer.headers.get("location")]).toStrictEqual([303, pathOf(page, "confirmed")]);
    expect(await rowOf(user)).toStrictEqual(PROVED);
    expect([await statusOf(user.access), ...(await codesOf(key, staffKey))]).toStrictEqual([200, "VALID", "VALID"]);
  });

  test.each(["nobody", "somebody else"])(
    "asks where %s is signed in, with nothing chosen, and does nothing before the answer",
    async (who) => {
      const { user } = await squat();
      const page = await link(user);
      const Cookie = who === "nobody" ? "" : await signInByCookie(await newUser());
      const html = await read(page, Cookie);
      const [, address] = html.match(/<dt[^>]*>From<\/dt><dd[^>]*>([^<]*)/) ?? [];
      const [made] = await query("SELECT address FROM audit_entries WHERE target_id = $1 AND action = 'user.registered'", [
        user.id,
      ]);
      expect([html.includes(QUESTION), html.includes(user.email), address]).toStrictEqual([true, true, made?.address]);
      expect(html.match(/<input type="radio"[^>]*>/g)?.filter((input) => / checked/.test(input))).toStrictEqual([]);
      for (const fields of [{}, { maker: "both" }] as Record<string, string>[]) {
        const refused = await sendPlainForm(page, fields, { Cookie });
        expect([refused.status, (await refused.text()).includes("Choose one of the two.")]).toStrictEqual([200, true]);
      }
      expect([await rowOf(user), await statusOf(user.access)]).toStrictEqual([UNPROVED, 200]);
    },
  );

  test("ends nothing where whoever opens it made the account", async () => {
    const { user, key, staffKey } = await squat();
    const page = await link(user);
    const answer = await sendPlainForm(page, { maker: "me" });
    expect([answer.status, answer.headers.get("location")]).toStrictEqual([303, pathOf(page, "confirmed")]);
    expect(answer.headers.getSetCookie()).toStrictEqual([]);
    expect([await rowOf(user), await auditOf(user, "user.email_verified")]).toStrictEqual([
      PROVED,
      [{ actor_id: user.id, after: { said: "made_by_me" } }],
    ]);
    expect([await statusOf(user.access), ...(await codesOf(key, staffKey))]).toStrictEqual([200, "VALID", "VALID"]);
  });

  test("makes the account theirs alone where somebody else made it", async () => {
    const { user, key, cookie, staffKey } = await squat();
    const mailed = await newMailedToken("reset-password", user);
    const page = await link(user);
    expect(await codesOf(key, staffKey)).toStrictEqual(["VALID", "VALID"]);
    for (const password of ["short", "Password", user.email])
      expect((await sendPlainForm(page, { maker: "someone-else", password })).status).toBe(200);
    expect([await rowOf(user), await statusOf(user.access)]).toStrictEqual([UNPROVED, 200]);

    const answer = await sendPlainForm(page, { maker: "someone-else", password: MINE });
    expect([answer.status, answer.headers.get("location")]).toStrictEqual([303, pathOf(page, "reclaimed")]);
    expect(await rowOf(user)).toStrictEqual(PROVED);
    expect(await codesOf(key, staffKey)).toStrictEqual(["REVOKED", "VALID"]);
    expect([await statusOf(user.access), await login(user, user.password), await login(user, MINE)]).toStrictEqual([
      401, 400, 200,
    ]);
    expect((await call("/api/auth/token/refresh/", { body: { refresh: user.refresh } })).status).toBe(401);
    const asked = { headers: { Cookie: cookie, Origin: shared().url } };
    expect((await call("/api/auth/profile/", asked)).status).toBe(401);
    expect(
      (await call("/api/auth/password/reset/confirm/", { body: { token: mailed, new_password: "one more of his" } })).status,
    ).toBe(400);
    const own = { Cookie: cookieOf(answer), Origin: shared().url };
    expect((await call("/api/auth/profile/", { headers: own })).body.id).toBe(user.id);
    const enabled = await call(`/api/auth/keys/${key.id}/enable/`, { method: "POST", headers: own });
    expect([enabled.status, enabled.body.error_code]).toStrictEqual([409, "API_KEY_REVOKED"]);
    expect(await auditOf(user, "user.account_reclaimed")).toStrictEqual([
      { actor_id: user.id, after: { sessions_ended: 2, keys_revoked: 1 } },
    ]);
    expect(await query("SELECT revoked_by FROM api_keys WHERE uuid = $1", [key.id])).toStrictEqual([{ revoked_by: "proof" }]);
    expect(await read(page)).toContain("Your address is confirmed already");
  });

  test("is answered once, of two at once", async () => {
    const { user } = await squat();
    const page = await link(user);
    const answers: Record<string, string>[] = [
      { maker: "someone-else", password: MINE },
      { maker: "me" },
      { maker: "someone-else", password: `${MINE} too` },
    ];
    const forms = await Promise.all(answers.map(() => readForm(page)));
    const sent = await Promise.all(answers.map((fields, index) => postForm(page, forms[index] ?? new FormData(), fields)));
    expect(sent.map(({ status }) => status).sort()).toStrictEqual([200, 200, 303]);
  });

  test("asks nothing about an account that an earlier version made", async () => {
    const { user, key, staffKey } = await squat();
    await query("UPDATE users SET unproven = false WHERE id = $1", [user.id]);
    const page = await link(user);
    expect(await read(page)).not.toContain(QUESTION);
    expect((await sendPlainForm(page, {})).status).toBe(303);
    expect([await rowOf(user), await statusOf(user.access)]).toStrictEqual([PROVED, 200]);
    expect(await codesOf(key, staffKey)).toStrictEqual(["VALID", "VALID"]);
  });

  test("says after the answer what became of it, and to nobody more than their own address", async () => {
    const { user } = await squat();
    const page = await link(user);
    expect(await read(`${page}&done=confirmed`)).not.toContain("Your address is confirmed");
    expect((await sendPlainForm(page, { maker: "me" })).status).toBe(303);
    expect(await read(page)).toContain("Your address is confirmed already");
    const stranger = await newUser();
    const html = await read(`${page}&done=reclaimed`, await signInByCookie(stranger));
    const holds = ["This account is yours now", stranger.email, user.email].map((text) => html.includes(text));
    expect(holds).toStrictEqual([true, true, false]);
    expect(await read(`${shared().url}/verify-email?done=confirmed`)).toContain("This link no longer works");
  });
});

describe("A key that staff made and whoever signed up regenerated", () => {
  test("is revoked with theirs: the credential is of nobody else", async () => {
    const { user } = await squat();
    const [made] = await query<{ uuid: string }>("SELECT uuid FROM api_keys WHERE user_id = $1 AND NOT made_unproven", [user.id]);
    const again = await call(`/api/auth/keys/${made?.uuid}/regenerate/`, { method: "POST", token: user.access });
    expect(await verifyCode(again.body.data.api_key)).toBe("VALID");
    expect((await sendPlainForm(await link(user), { maker: "someone-else", password: MINE })).status).toBe(303);
    expect(await verifyCode(again.body.data.api_key)).toBe("REVOKED");
  });
});

describe("A mailed reset", () => {
  const reset = async (token: string, password = MINE) =>
    sendPlainForm(`${shared().url}/reset-password?token=${token}`, { password });

  test("of an account that nobody has proved proves the address, and its keys wait to be enabled", async () => {
    const { user, key, staffKey } = await squat();
    const answer = await reset(await newMailedToken("reset-password", user));
    const page = "/sign-in?done=reset&disabled=1&working=1";
    expect([answer.status, answer.headers.get("location")]).toStrictEqual([303, page]);
    expect(await rowOf(user)).toStrictEqual(PROVED);
    expect(await codesOf(key, staffKey)).toStrictEqual(["DISABLED", "VALID"]);
    expect([await statusOf(user.access), await login(user, user.password)]).toStrictEqual([401, 400]);
    const html = (await read(shared().url + page)).replaceAll("&amp;", "&");
    expect(html).toContain("One key was made before the address was proved, and is disabled now.");
    for (const way of ["/sign-in?next=%2Fkeys%3Fstatus%3Ddisabled", "/sign-in?next=%2Fkeys%2Frevoke-all"])
      expect(html).toContain(`href="${way}"`);
    expect(await auditOf(user, "user.email_verified")).toStrictEqual([
      { actor_id: user.id, after: { by: "reset", keys_disabled: 1 } },
    ]);

    const { body } = await call("/api/auth/login/", { body: { email: user.email, password: MINE } });
    const enabled = await call(`/api/auth/keys/${key.id}/enable/`, { method: "POST", token: body.tokens.access });
    expect([enabled.status, ...(await codesOf(key, staffKey))]).toStrictEqual([200, "VALID", "VALID"]);
    // Proved by now: the next one leaves the keys.
    const next = await reset(await newMailedToken("reset-password", user), "yet another one");
    expect(next.headers.get("location")).toBe("/sign-in?done=reset&working=2");
  });

  test("over the API does the same", async () => {
    const { user, key, staffKey } = await squat();
    const body = { token: await newMailedToken("reset-password", user), new_password: MINE };
    expect((await call("/api/auth/password/reset/confirm/", { body })).status).toBe(200);
    expect([await rowOf(user), ...(await codesOf(key, staffKey))]).toStrictEqual([PROVED, "DISABLED", "VALID"]);
  });

  test("leaves the keys of an account that an earlier version made", async () => {
    const { user, key, staffKey } = await squat();
    await query("UPDATE users SET unproven = false WHERE id = $1", [user.id]);
    await reset(await newMailedToken("reset-password", user));
    expect(await codesOf(key, staffKey)).toStrictEqual(["VALID", "VALID"]);
  });

  test("with a link that an operator passed on proves nothing, and sets the password", async () => {
    const { user, key, staffKey } = await squat();
    const answer = await reset(await newMailedToken("operator-reset", user));
    expect([answer.headers.get("location"), await rowOf(user)]).toStrictEqual(["/sign-in?done=reset&working=2", UNPROVED]);
    expect([await statusOf(user.access), await login(user, MINE)]).toStrictEqual([401, 200]);
    expect(await codesOf(key, staffKey)).toStrictEqual(["VALID", "VALID"]);
  });
});

describe("After a change of the password", () => {
  test("the page says how many keys go on working, and leads to where all are revoked", async () => {
    const { user, key, cookie, staffKey } = await squat();
    const [address, headers] = [`${shared().url}/settings`, { Cookie: cookie }];
    const answer = await sendPlainForm(
      address,
      { currentPassword: user.password, newPassword: MINE },
      headers,
      "Change password",
    );
    const html = await answer.text();
    expect([answer.status, html.includes("2 keys go on working.")]).toStrictEqual([200, true]);
    expect(html).toContain('href="/keys/revoke-all"');

    const page = `${shared().url}/keys/revoke-all`;
    expect(await read(page, cookie)).toContain("2 keys work now.");
    const revoked = await sendPlainForm(page, {}, headers, "Revoke 2 keys");
    expect([revoked.status, revoked.headers.get("location")]).toStrictEqual([303, "/keys?status=revoked"]);
    expect(await codesOf(key, staffKey)).toStrictEqual(["REVOKED", "REVOKED"]);
    expect(await auditOf(user, "user.keys_revoked")).toStrictEqual([{ actor_id: user.id, after: { keys_revoked: 2 } }]);
    expect(await read(page, cookie)).toContain("There is no key to revoke.");
    // Without scripts, nothing that comes after the page is put in its place.
    const [list] = (await read(`${shared().url}/keys?status=revoked`, cookie)).split("</main>");
    expect(list).toContain("2 keys found.");
  });
});
