import fc from "fast-check";
import { query } from "../../tests/support/client";
import { newMailedToken, signInByCookie } from "../../tests/support/people";
import { ask, brief, textAt } from "./ask";
import { attack } from "./attack";
import { actionNamed, callAction, openBrowser } from "./browser";
import { type Ground, newPerson, type Person } from "./ground";

const DAYS = [89, 90, 91, 400] as const;

const oldSessions = attack("sessions without an end", fc.constantFrom(...DAYS), async ({ ground, holds }, days) => {
  const person = await newPerson();
  await query(
    "UPDATE sessions SET created_at = now() - make_interval(days => $2) - interval '1 minute', expires_at = now() + interval '6 days' WHERE user_id = $1",
    [person.id, days],
  );
  const isOver = days >= 90;
  const profile = (asked: object) => ask(ground, "/api/auth/profile/", asked).then(({ status }) => status);
  const refreshed = await ask(ground, "/api/auth/token/refresh/", { body: { refresh: person.refresh } });
  holds("a session of 90 days is not refreshed", (refreshed.status === 401) === isOver, `${days} days: ${brief(refreshed)}`);
  holds("its cookie is dead", ((await profile({ cookie: person.cookie })) === 401) === isOver, days);
  holds("its access token is dead", ((await profile({ token: person.access })) === 401) === isOver, days);
  const { exp = 0 } = JSON.parse(Buffer.from(textAt(refreshed, "refresh").split(".")[1] ?? "", "base64url").toString() || "{}");
  holds("no refreshed token outlives the 90 days", exp * 1000 < Date.now() + 2 * 24 * 3600 * 1000, exp);
});

const EVENTS = [
  "password changed",
  "password changed by the library",
  "password changed by the form",
  "reset",
  "banned",
  "logged out",
  "sign-out",
  "demoted",
] as const;
const NEXT = "Qn7-copper-violet";

async function happen(ground: Ground, person: Person, event: (typeof EVENTS)[number]): Promise<number> {
  const change = { currentPassword: person.password, newPassword: NEXT };
  const fresh = await signInByCookie(person);
  if (event === "password changed")
    return (
      await ask(ground, "/api/auth/password/change/", {
        token: person.access,
        body: { old_password: person.password, new_password: NEXT },
      })
    ).status;
  if (event === "password changed by the library")
    return (await ask(ground, "/api/auth/change-password", { cookie: fresh, headers: { Origin: ground.url }, body: change }))
      .status;
  if (event === "password changed by the form")
    return (
      await callAction(ground, openBrowser(undefined, fresh), actionNamed("changePasswordAction"), {
        page: "/settings",
        fields: change,
      })
    ).status;
  if (event === "reset") {
    const token = await newMailedToken("reset-password", person);
    return (await ask(ground, "/api/auth/password/reset/confirm/", { body: { token, new_password: NEXT } })).status;
  }
  if (event === "logged out") return (await ask(ground, "/api/auth/logout/", { body: { refresh: person.refresh } })).status;
  if (event === "sign-out")
    return (await ask(ground, "/api/auth/sign-out", { cookie: person.cookie, headers: { Origin: ground.url }, body: {} })).status;
  const admin = openBrowser(undefined, (await newPerson({ isStaff: true })).cookie);
  const page = `/admin/users/${person.id}`;
  const fields = { user: person.id, reason: "tried", to: "user", role: event === "demoted" ? "admin" : "user", banned: "false" };
  const name = event === "banned" ? "banUserAction" : "changeRoleAction";
  return (await callAction(ground, admin, actionNamed(name), { page, fields })).status;
}

const outlived = attack(
  "credentials that outlive what ends them",
  fc.record({ event: fc.constantFrom(...EVENTS), refreshedBefore: fc.boolean(), racing: fc.boolean() }),
  async ({ ground, holds }, { event, refreshedBefore, racing }) => {
    const person = await newPerson({ isStaff: event === "demoted" });
    if (event === "demoted") person.cookie = await signInByCookie(person);
    const other = await signInByCookie(person);
    const again = refreshedBefore
      ? await ask(ground, "/api/auth/token/refresh/", { body: { refresh: person.refresh } })
      : undefined;
    const mailed = await newMailedToken("reset-password", person);
    const refreshes = racing
      ? Array.from({ length: 6 }, () => ask(ground, "/api/auth/token/refresh/", { body: { refresh: person.refresh } }))
      : [];
    const [status, ...raced] = await Promise.all([happen(ground, person, event), ...refreshes]);
    holds("what ends a session goes through", status < 400, `${event}: ${status}`);
    const dead = async (what: string, asked: object, path = "/api/auth/profile/") => {
      const reply = await ask(ground, path, asked);
      holds(`${event}: the ${what} is dead`, reply.status === 401, brief(reply));
    };
    if (event === "demoted") {
      const page = await ask(ground, "/admin", { cookie: person.cookie });
      holds("demoted: staff's pages are closed", page.status === 404, page.status);
      const bulk = await ask(ground, "/admin/keys/export", { cookie: other });
      holds("demoted: staff's files are closed", bulk.status === 404, bulk.status);
      return;
    }
    const endsAll = event !== "sign-out" && event !== "logged out";
    // The token that asked for the change goes on in the session that made it.
    if (event !== "password changed" && event !== "sign-out") {
      await dead("access token", { token: person.access });
      await dead("refresh token", { body: { refresh: person.refresh } }, "/api/auth/token/refresh/");
      for (const reply of [again, ...raced].filter((one) => one !== undefined)) {
        if (textAt(reply, "refresh"))
          await dead("refreshed token", { body: { refresh: textAt(reply, "refresh") } }, "/api/auth/token/refresh/");
        if (textAt(reply, "access")) await dead("refreshed access token", { token: textAt(reply, "access") });
      }
    }
    if (endsAll) await dead("other cookie", { cookie: other });
    if (event !== "logged out") await dead("former cookie", { cookie: person.cookie });
    if (event.startsWith("password changed") || event === "reset") {
      const spent = await ask(ground, "/api/auth/password/reset/confirm/", {
        body: { token: mailed, new_password: "Zp3-window-saddle" },
      });
      holds(`${event}: a link that was mailed before is dead`, spent.status === 400, brief(spent));
    }
  },
);

export const SESSIONS = [oldSessions, outlived];
