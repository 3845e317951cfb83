import fc from "fast-check";
import { query, randomEmail } from "../../tests/support/client";
import { newMailedToken } from "../../tests/support/people";
import { ask, brief, type Reply } from "./ask";
import { attack } from "./attack";
import { actionNamed, callAction, openBrowser } from "./browser";
import { type Ground, newPerson, type Person } from "./ground";

const COMMON = [
  ..."password 12345678 123456789 1234567890 password1 qwertyuiop iloveyou sunshine football baseball superman trustno1 princess".split(
    " ",
  ),
  ..."starwars jennifer computer whatever corvette 11111111 88888888 qwerty123 1q2w3e4r abcd1234 michelle mercedes internet".split(
    " ",
  ),
];

/** Passwords that are the person's own words. */
const PERSONAL: ((person: { email: string }) => string)[] = [
  ({ email }) => email,
  ({ email }) => email.toUpperCase(),
  ({ email }) => `${email.split("@")[0]}`,
  ({ email }) => `x9-${email.split("@")[0]?.toUpperCase()}-z`,
  () => "Mrema-2026-x",
  () => "xxMREMAyy99",
  () => "ashaAsha9x",
];

const SHORT = ["", "a", "Vw9-hol", "        "];

type Door = { name: string; set(ground: Ground, person: Person, password: string): Promise<Reply>; isSet(reply: Reply): boolean };

const isOk = ({ status }: Reply) => status >= 200 && status < 300;
const isDone = (reply: Reply) =>
  /"isDone":true/.test(reply.text) || reply.status === 303 || reply.headers["x-action-redirect"] !== undefined;

const names = { first_name: "Asha", last_name: "Mrema" };

const DOORS: Door[] = [
  {
    name: "register/",
    set: (ground, { email }, password) =>
      ask(ground, "/api/auth/register/", { body: { email: `n${email}`, password, password_confirm: password, ...names } }),
    isSet: isOk,
  },
  {
    name: "the form for signing up",
    set: (ground, { email }, password) =>
      callAction(ground, openBrowser(), actionNamed("signUpAction"), {
        page: "/sign-up",
        fields: { email: `n${email}`, password, name: "Asha Mrema" },
      }),
    isSet: isDone,
  },
  {
    name: "password/change/",
    set: (ground, person, password) =>
      ask(ground, "/api/auth/password/change/", {
        token: person.access,
        body: { old_password: person.password, new_password: password },
      }),
    isSet: isOk,
  },
  {
    name: "change-password",
    set: (ground, person, newPassword) =>
      ask(ground, "/api/auth/change-password", {
        cookie: person.cookie,
        headers: { Origin: ground.url },
        body: { currentPassword: person.password, newPassword },
      }),
    isSet: isOk,
  },
  {
    name: "the form for another password",
    set: (ground, person, newPassword) =>
      callAction(ground, openBrowser(undefined, person.cookie), actionNamed("changePasswordAction"), {
        page: "/settings",
        fields: { currentPassword: person.password, newPassword },
      }),
    isSet: isDone,
  },
  {
    name: "password/reset/confirm/",
    set: async (ground, person, new_password) =>
      ask(ground, "/api/auth/password/reset/confirm/", {
        body: { token: await newMailedToken("reset-password", person), new_password },
      }),
    isSet: isOk,
  },
  {
    name: "the form of a reset link",
    set: async (ground, person, password) =>
      callAction(ground, openBrowser(), actionNamed("resetPasswordAction"), {
        page: "/reset-password",
        fields: { token: await newMailedToken("reset-password", person), password },
      }),
    isSet: isDone,
  },
];

const weakPasswords = attack(
  "weak passwords",
  fc.record({
    door: fc.nat(DOORS.length - 1),
    weak: fc.oneof(
      fc.record({ kind: fc.constant("common" as const), word: fc.constantFrom(...COMMON) }),
      fc.record({ kind: fc.constant("personal" as const), word: fc.nat(PERSONAL.length - 1) }),
      fc.record({ kind: fc.constant("short" as const), word: fc.constantFrom(...SHORT) }),
    ),
  }),
  async ({ ground, holds }, { door: number, weak }) => {
    const door = DOORS[number];
    if (!door) return;
    const person = await newPerson();
    const isNew = door.name === "register/" || door.name === "the form for signing up";
    const email = isNew ? `n${person.email}` : person.email;
    const password = typeof weak.word === "number" ? (PERSONAL[weak.word]?.({ email }) ?? "") : weak.word;
    const reply = await door.set(ground, person, password);
    const sentence = {
      common: "no common password is taken",
      personal: "no password of one's own words is taken",
      short: "no short or blank password is taken",
    }[weak.kind];
    holds(`${sentence} at ${door.name}`, !door.isSet(reply), `${JSON.stringify(password)}: ${brief(reply)}`);
    holds("no password is a 5xx", reply.status > 0 && reply.status < 500, `${door.name} ${brief(reply)}`);
    const [row] = await query<{ n: string }>(
      "SELECT count(*) AS n FROM audit_entries WHERE coalesce(after::text, '') LIKE '%' || $1 || '%' AND length($1) > 9",
      [password],
    );
    holds("no password stands in the audit log", row?.n === "0" || weak.kind === "personal");
    // A good one goes through: what refuses everything refuses nothing.
    const good = await door.set(ground, await newPerson(), `Good-${randomEmail().slice(5, 15)}-tram`);
    holds(`a good password is taken at ${door.name}`, door.isSet(good) || good.status === 429, brief(good));
  },
);

export const PASSWORDS = [weakPasswords];
