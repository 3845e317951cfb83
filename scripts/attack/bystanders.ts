import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { signUsage } from "../../lib/usage/signature";
import { query, randomEmail } from "../../tests/support/client";
import { asAdminApi, ask, at, brief, type Reply, textAt } from "./ask";
import { actionNamed, type Browser, callAction, cookieOf, isSignedIn, openBrowser, signInByForm, visit } from "./browser";
import type { Ground } from "./ground";
import { victims } from "./victims";

type Served = { what: string; ms: number };
type Refused = { what: string; saw: string; at: number };

export type Bystanders = {
  served: Served[];
  refused: Refused[];
  stop(): Promise<void>;
};

type Member = { id: string; email: string; password: string; browser: Browser };

/** From a first sign-in on, each of them comes from one network with one browser. */
async function join(ground: Ground, network: string, isAdmin: boolean): Promise<Member> {
  const [email, password] = [randomEmail(), `Tidal-${randomUUID().slice(0, 13)}`];
  const body = { email, password, password_confirm: password, first_name: "Grace", last_name: "Otieno" };
  const made = await ask(ground, "/api/auth/register/", { body, from: network });
  const id = textAt(made, "user", "id");
  if (!id) throw new Error(`a bystander could not register: ${brief(made)}`);
  await query("UPDATE users SET email_verified = true, role = $2::role WHERE id = $1", [id, isAdmin ? "admin" : "user"]);
  const member = { id, email, password, browser: openBrowser(network) };
  victims[isAdmin ? "admin" : "owner"] = { ...member, access: "", refresh: "" };
  return member;
}

/** Between two rounds of a person, who never asks more than a person does. */
const PERSON_ROUND_MS = 8000;
const API_ROUND_MS = 100;

/** An owner, an administrator and a Public API, who go about their work all the time. */
export async function startBystanders(ground: Ground): Promise<Bystanders> {
  const served: Served[] = [];
  const refused: Refused[] = [];
  const began = performance.now();
  let isOver = false;
  const [owner, admin, customer] = [
    await join(ground, "192.0.2.10", false),
    await join(ground, "192.0.2.20", true),
    await join(ground, "192.0.2.30", false),
  ];
  victims.owner = { ...owner, access: "", refresh: "" };

  const must = async (
    what: string,
    asking: Promise<Reply>,
    isServed: (reply: Reply) => boolean = ({ status }) => status < 300,
  ): Promise<Reply> => {
    const reply = await asking;
    if (isServed(reply)) served.push({ what, ms: reply.ms });
    else refused.push({ what, saw: brief(reply), at: Math.round((performance.now() - began) / 1000) });
    return reply;
  };
  const work = async (round: (turn: number) => Promise<void>, restMs: number) => {
    for (let turn = 0; !isOver; turn += 1) {
      await round(turn).catch((error: unknown) =>
        refused.push({ what: "a round", saw: String(error), at: Math.round((performance.now() - began) / 1000) }),
      );
      for (let rested = 0; rested < restMs && !isOver; rested += 100) await pause(100);
    }
  };

  const live = (turn: number) => ownersRound(ground, owner, must, turn);
  const run = (turn: number) => adminsRound(ground, admin, customer.id, must, turn);
  const serve = await publicApi(ground, customer, must);
  const working = Promise.all([work(live, PERSON_ROUND_MS), work(run, PERSON_ROUND_MS), work(serve, API_ROUND_MS)]);
  return {
    served,
    refused,
    stop: async () => {
      isOver = true;
      await working;
    },
  };
}

type Must = (what: string, asking: Promise<Reply>, isServed?: (reply: Reply) => boolean) => Promise<Reply>;

const isActionDone = (reply: Reply) => /"isDone":true/.test(reply.text);
const isAtHome = (reply: Reply) => isSignedIn(reply) || reply.status === 200;

/** Signs in by each door in turn, looks at pages, makes a key and ends it, and now and then changes the password. */
async function ownersRound(ground: Ground, owner: Member, must: Must, turn: number): Promise<void> {
  const { browser, email, password } = owner;
  const from = browser.from;
  const cookie = cookieOf(browser);
  const doors = [
    () => signInAgain(ground, browser, email, password),
    () => visit(ground, browser, "/api/auth/sign-in/email", { body: { email, password }, headers: { Origin: ground.url } }),
    () => ask(ground, "/api/auth/login/", { from, cookie, body: { email, password } }),
  ];
  const door = turn % doors.length;
  const signIn = doors[door];
  if (!signIn) return;
  const reply = await must(`the owner signs in by ${["the form", "sign-in/email", "login/"][door]}`, signIn(), isAtHome);
  if (door === 2) {
    const token = textAt(reply, "tokens", "access");
    // What follows from a refusal is not counted beside it.
    if (!token) return;
    const made = await must(
      "the owner makes a key",
      ask(ground, "/api/auth/keys/create/", { from, token, body: { key_name: "Mine" } }),
    );
    await must(
      "the owner revokes a key",
      ask(ground, `/api/auth/keys/${textAt(made, "data", "id")}/revoke/`, { from, token, method: "POST" }),
    );
    await must(
      "the owner logs out",
      ask(ground, "/api/auth/logout/", { from, body: { refresh: textAt(reply, "tokens", "refresh") } }),
    );
    return;
  }
  await must("the owner's page", visit(ground, browser, "/keys"));
  if (turn % 6 !== 0) return;
  const next = `Tidal-${randomUUID().slice(0, 13)}`;
  const fields = { currentPassword: password, newPassword: next };
  const changed = await must(
    "the owner changes the password",
    callAction(ground, browser, actionNamed("changePasswordAction"), { page: "/settings", fields }),
    isActionDone,
  );
  if (isActionDone(changed)) owner.password = next;
}

async function signInAgain(ground: Ground, browser: Browser, email: string, password: string): Promise<Reply> {
  for (const name of browser.cookies.keys()) if (/session_token$/.test(name)) browser.cookies.delete(name);
  return signInByForm(ground, browser, email, password);
}

/** Gives the password again, and changes the credits of somebody. */
async function adminsRound(ground: Ground, admin: Member, userId: string, must: Must, turn: number): Promise<void> {
  const { browser, email, password } = admin;
  if (turn % 8 === 0 || !/session_token=/.test(cookieOf(browser))) {
    const reply = await must("the administrator signs in", signInAgain(ground, browser, email, password), isSignedIn);
    if (!isSignedIn(reply)) return;
  }
  const page = `/admin/users/${userId}`;
  await must("the administrator's page", visit(ground, browser, page));
  await must(
    "the administrator steps up",
    callAction(ground, browser, actionNamed("confirmPasswordAction"), { page: "/admin", fields: { password } }),
    isActionDone,
  );
  const [last] = await query<{ id: string }>(
    "SELECT max(id) AS id FROM credit_entries WHERE user_id = $1 AND kind = 'adjustment'",
    [userId],
  );
  const fields = { user: userId, change: "add", amount: "10000", reason: `round ${turn}`, adjustment: last?.id ?? "0" };
  await must(
    "the administrator adds credits",
    callAction(ground, browser, actionNamed("adjustCreditsAction"), { page, fields }),
    isActionDone,
  );
}

/** Checks a key and reports a call, from a machine of its own, in a loop. */
async function publicApi(ground: Ground, customer: Member, must: Must): Promise<(turn: number) => Promise<void>> {
  await asAdminApi(ground, "/api/api-keys?limit=1");
  await query("INSERT INTO credit_entries (user_id, amount, kind) VALUES ($1, 1000000, 'adjustment')", [customer.id]);
  const made = await asAdminApi(ground, "/api/api-keys", { body: { userId: customer.id, name: "Served" } });
  const key = textAt(made, "key", "key");
  const { SERVICE_API_SECRET: token = "", USAGE_WEBHOOK_SECRET: secret = "" } = ground.settings;
  return async (turn) => {
    const checked = ask(ground, "/api/keys/verify", { from: null, token, body: { key } });
    await must("a key is checked", checked, (reply) => at(reply, "valid") === true);
    const raw = JSON.stringify({ apiKey: key, delta: 1 });
    const headers = { "x-signature": signUsage(raw, secret), "x-idempotency-key": randomUUID() };
    await must("a call is reported", ask(ground, "/usage", { from: null, raw, headers }), (reply) => at(reply, "ok") === true);
    if (turn % 20 === 0)
      await must("the admin API lists keys", asAdminApi(ground, `/api/api-keys?userId=${customer.id}`, { from: null }));
  };
}
