import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { query, randomAddress, randomEmail } from "../../tests/support/client";
import { signInByCookie } from "../../tests/support/people";
import { until } from "../../tests/support/server";
import { ask, at, brief, textAt, verdictOf } from "./ask";
import { type Attempt, attack } from "./attack";
import { type Browser, cookieOf, formsOf, openBrowser, type PageForm, sendForm, visit } from "./browser";
import type { Ground } from "./ground";

/** What somebody has who registered another's address, each of which speaks for that account. */
type Squatter = {
  email: string;
  id: string;
  password: string;
  access: string;
  refresh: string;
  browser: Browser;
  keys: string[];
};

async function squat(ground: Ground, holdings: readonly string[]): Promise<Squatter> {
  const [email, password] = [randomEmail(), `Sq-${randomBytes(9).toString("base64url")}`];
  const from = randomAddress();
  const body = { email, password, password_confirm: password, first_name: "Zuri", last_name: "Kamau" };
  const reply = await ask(ground, "/api/auth/register/", { body, from });
  if (reply.status !== 201) throw new Error(`registering answered ${brief(reply)}`);
  const [id, access, refresh] = [
    textAt(reply, "user", "id"),
    textAt(reply, "tokens", "access"),
    textAt(reply, "tokens", "refresh"),
  ];
  const browser = openBrowser(from, await signInByCookie({ email }));
  const keys: string[] = [];
  const keep = async (path: string, more = {}) => {
    const made = await ask(ground, path, { token: access, from, body: { key_name: "a", name: "a", ...more } });
    keys.push(textAt(made, "data", "api_key") || textAt(made, "api_key"));
    return textAt(made, "data", "id");
  };
  if (holdings.includes("key")) await keep("/api/auth/keys/create/");
  if (holdings.includes("generated key")) await keep("/api/auth/api-key/generate/");
  if (holdings.includes("replaced key")) {
    const uuid = await keep("/api/auth/keys/create/");
    await keep(`/api/auth/keys/${uuid}/regenerate/`, { key_name: undefined, name: undefined, grace_seconds: 3600 });
  }
  if (holdings.includes("self-rotating key")) await keep("/api/auth/keys/create/", { self_rotation: true });
  if (holdings.includes("disabled key")) {
    const uuid = await keep("/api/auth/keys/create/");
    await ask(ground, `/api/auth/keys/${uuid}/disable/`, { token: access, method: "POST" });
  }
  return { email, id, password, access, refresh, browser, keys: keys.filter(Boolean) };
}

const HOLDINGS = ["key", "generated key", "replaced key", "self-rotating key", "disabled key"] as const;

const mailsOf = (ground: Ground, email: string, page: string) =>
  ground.mails.mails.filter(({ to, text }) => to === email && text.includes(page));

/** The secret of a mailed link of a kind, when more than `before` have come. */
async function mailedToken(ground: Ground, email: string, page: string, before = 0): Promise<string> {
  await until(() => mailsOf(ground, email, page).length > before, `a mail with ${page}`, 20);
  return /token=([\w%-]+)/.exec(mailsOf(ground, email, page).at(-1)?.text ?? "")?.[1] ?? "";
}

const choices = ({ inputs }: PageForm) =>
  inputs.filter(({ type, value, name }) => name && (type === "radio" || (type === "submit" && value)));

/** Of the answers to "did you make this account?": that it was somebody else. */
function denial(form: PageForm): { name: string; value: string } | undefined {
  return (
    choices(form).find(({ value }) => /not|other|deny|no\b|stranger|foreign|did_?n|someone/i.test(value)) ?? choices(form)[1]
  );
}

const NEXT = "Tm4-lantern-orchid";

async function confirm(attempt: Attempt, { email, id }: Squatter, answer: "denied" | "none"): Promise<void> {
  const { ground, holds } = attempt;
  const token = await mailedToken(ground, email, "/verify-email");
  const victim = openBrowser();
  const path = `/verify-email?token=${token}`;
  const page = await visit(ground, victim, path);
  const form = formsOf(page.text).find(({ inputs }) => inputs.some(({ name, value }) => name === "token" && value === token));
  if (!form) throw new Error(`the page of the link has no form: ${page.status}`);
  const asks = choices(form).length >= 2;
  holds("who confirms an address from elsewhere is asked who made the account", asks);
  holds("nothing is preselected", !form.inputs.some(({ isChecked }) => isChecked));
  if (answer === "none" && asks) {
    await sendForm(
      ground,
      victim,
      path,
      {},
      { which: (one) => one.inputs.some(({ name, value }) => name === "token" && value === token) },
    );
    const [row] = await query<{ email_verified: boolean }>("SELECT email_verified FROM users WHERE id = $1", [id]);
    holds("without an answer nothing is confirmed", row?.email_verified === false);
  }
  const choice = denial(form);
  const password = form.inputs.find(({ type, name }) => type === "password" && name)?.name;
  const fields = { ...(asks && choice && { [choice.name]: choice.value }), ...(password && { [password]: NEXT }) };
  const sent = await sendForm(ground, victim, path, fields, { which: (one) => one.inputs.some(({ value }) => value === token) });
  holds("confirming is no 5xx", sent.status > 0 && sent.status < 500, brief(sent));
}

async function reset(attempt: Attempt, { email }: Squatter, byForm: boolean): Promise<void> {
  const { ground, holds } = attempt;
  const before = mailsOf(ground, email, "/reset-password").length;
  await ask(ground, "/api/auth/forgot-password/", { body: { email } });
  const token = await mailedToken(ground, email, "/reset-password", before);
  const reply = byForm
    ? await sendForm(ground, openBrowser(), `/reset-password?token=${token}`, { password: NEXT })
    : await ask(ground, "/api/auth/password/reset/confirm/", { body: { token, new_password: NEXT } });
  holds("the reset goes through", reply.status === 303 || reply.status === 200, brief(reply));
  const again = await ask(ground, "/api/auth/password/reset/confirm/", { body: { token, new_password: `${NEXT}2` } });
  holds("a reset link works once", again.status === 400, brief(again));
}

async function requireEnded({ ground, holds }: Attempt, squatter: Squatter, how: string): Promise<void> {
  const { email, password, access, refresh, browser, keys } = squatter;
  for (const key of keys) {
    const verdict = await verdictOf(ground, key);
    holds(`${how}: no key of the one who registered the address first works`, verdict !== "VALID", verdict);
    const rotated = await ask(ground, "/api/keys/self/regenerate", { token: key, method: "POST" });
    holds(`${how}: nor can it be renewed`, rotated.status >= 400, brief(rotated));
  }
  holds(`${how}: their access token is dead`, (await ask(ground, "/api/auth/profile/", { token: access })).status === 401);
  holds(
    `${how}: their refresh token is dead`,
    (await ask(ground, "/api/auth/token/refresh/", { body: { refresh } })).status === 401,
  );
  holds(`${how}: their cookie is dead`, (await ask(ground, "/api/auth/profile/", { cookie: cookieOf(browser) })).status === 401);
  const login = await ask(ground, "/api/auth/login/", { body: { email, password } });
  holds(`${how}: their password is dead`, login.status !== 200, login.status);
}

const registeredFirst = attack(
  "an address registered first",
  fc.record({
    holdings: fc.subarray([...HOLDINGS], { minLength: 0 }),
    proof: fc.constantFrom("confirmed", "confirmed after no answer", "reset by the API", "reset by the form"),
    meanwhile: fc.boolean(),
  }),
  async (attempt, { holdings, proof, meanwhile }) => {
    const { ground, holds } = attempt;
    const squatter = await squat(ground, holdings);
    let isOver = false;
    // The attacker goes on making keys and refreshing tokens until they are thrown out.
    const goingOn = (async () => {
      for (let turn = 0; meanwhile && !isOver && turn < 200; turn += 1) {
        const made = await ask(ground, "/api/auth/keys/create/", { token: squatter.access, body: { key_name: "b" } });
        const key = textAt(made, "data", "api_key");
        if (key) squatter.keys.push(key);
        else if (made.status !== 429) break;
        await new Promise((resolve) => setTimeout(resolve, 40));
      }
    })();
    if (proof.startsWith("confirmed")) await confirm(attempt, squatter, proof === "confirmed" ? "denied" : "none");
    else await reset(attempt, squatter, proof === "reset by the form");
    await new Promise((resolve) => setTimeout(resolve, meanwhile ? 150 : 0));
    isOver = true;
    await goingOn;
    const how = proof.startsWith("confirmed") ? "confirmed" : "reset";
    await requireEnded(attempt, squatter, how);
    const profile = await query<{ email_verified: boolean }>("SELECT email_verified FROM users WHERE id = $1", [squatter.id]);
    holds(`${how}: the address is proved`, profile[0]?.email_verified === true);
    const login = await ask(ground, "/api/auth/login/", { body: { email: squatter.email, password: NEXT } });
    holds(`${how}: the person signs in with the new password`, login.status === 200, brief(login));
    const list = await ask(ground, "/api/auth/settings/", { token: textAt(login, "tokens", "access") });
    const rows = (at(list, "data", "api_keys") ?? []) as { status: string }[];
    holds(
      `${how}: the list says of no such key that it is active`,
      !rows.some(({ status }) => status === "active"),
      rows.map(({ status }) => status),
    );
  },
);

const linksThatSurvive = attack(
  "mailed links that survive",
  fc.record({
    by: fc.constantFrom("password/change/", "change-password", "reset"),
    link: fc.constantFrom("/reset-password", "/verify-email"),
  }),
  async (attempt, { by, link }) => {
    const { ground, holds } = attempt;
    const squatter = await squat(ground, []);
    if (link === "/reset-password") await ask(ground, "/api/auth/forgot-password/", { body: { email: squatter.email } });
    const token = await mailedToken(ground, squatter.email, link);
    const own = { password: squatter.password, next: "Qn7-copper-violet" };
    if (by === "password/change/")
      await ask(ground, "/api/auth/password/change/", {
        token: squatter.access,
        body: { old_password: own.password, new_password: own.next },
      });
    else if (by === "change-password")
      await ask(ground, "/api/auth/change-password", {
        cookie: cookieOf(squatter.browser),
        headers: { Origin: ground.url },
        body: { currentPassword: own.password, newPassword: own.next },
      });
    else await reset(attempt, squatter, false);
    const spent = await ask(ground, "/api/auth/password/reset/confirm/", { body: { token, new_password: "Zp3-window-saddle" } });
    holds("no link that was mailed before outlives a new password", spent.status === 400, brief(spent));
    if (link !== "/verify-email") return;
    const page = await sendForm(
      ground,
      openBrowser(),
      `/verify-email?token=${token}`,
      {},
      { which: ({ inputs }) => inputs.some(({ value }) => value === token) },
    );
    const [row] = await query<{ email_verified: boolean }>("SELECT email_verified FROM users WHERE id = $1", [squatter.id]);
    holds("nor does one that confirms the address", by === "reset" || row?.email_verified === false, brief(page));
  },
);

export const SQUATTING = [registeredFirst, linksThatSurvive];
