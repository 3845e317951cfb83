import fc from "fast-check";
import { query } from "../../tests/support/client";
import { ask, brief, type Reply, textAt } from "./ask";
import { attack } from "./attack";
import { actionNamed, callAction, openBrowser } from "./browser";
import { newPerson } from "./ground";
import { preyOf, stateOf } from "./owners";

const RICH = {
  role: "admin",
  credits: 1e9,
  banned: false,
  emailVerified: true,
  email_verified: true,
  is_verified: true,
  is_staff: true,
  is_superuser: true,
  isStaff: true,
  phone_verified: true,
  created_at: "1999-01-01T00:00:00Z",
  total_uses: -5,
  is_active: true,
  revoked_at: null,
  creditsOnConfirmation: 1e9,
  image: "x",
  email: undefined as string | undefined,
};

const FORMS = [
  "profile PUT",
  "profile PATCH",
  "settings PATCH",
  "create",
  "generate",
  "change",
  "sign-in",
  "profile form",
  "register",
  "token refresh",
] as const;

const tooMuch = attack(
  "fields that are not theirs",
  fc.record({ form: fc.constantFrom(...FORMS), nested: fc.boolean() }),
  async ({ ground, holds }, { form, nested }) => {
    const [person, prey] = [await newPerson(), await preyOf(ground)];
    const before = await stateOf(prey);
    const own = { id: prey.id, user_id: prey.id, userId: prey.id, owner: prey.id, ownerId: prey.id, uuid: prey.uuid };
    const more: Record<string, unknown> = { ...RICH, ...(form.startsWith("register") ? {} : own) };
    const body = {
      key_name: "a",
      name: "a",
      first_name: "Asha",
      last_name: "Mrema",
      ...more,
      ...(nested && { user: more, data: more, $set: more }),
    };
    const { name: _, key_name: __, ...profile } = body;
    const token = person.access;
    const created = await ask(ground, "/api/auth/keys/create/", { token, body: { key_name: "mine" } });
    const sent: Record<(typeof FORMS)[number], () => Promise<Reply>> = {
      "profile PUT": () => ask(ground, "/api/auth/profile/", { method: "PUT", token, body: profile }),
      "profile PATCH": () => ask(ground, "/api/auth/profile/", { method: "PATCH", token, body: profile }),
      "settings PATCH": () => ask(ground, "/api/auth/settings/profile/", { method: "PATCH", token, body: profile }),
      create: () => ask(ground, "/api/auth/keys/create/", { token, body }),
      generate: () => ask(ground, "/api/auth/api-key/generate/", { token, body }),
      change: () =>
        ask(ground, `/api/auth/keys/${textAt(created, "data", "id")}/`, {
          method: "PATCH",
          token,
          body: { ...more, key_name: "b" },
        }),
      "sign-in": () =>
        ask(ground, "/api/auth/sign-in/email", { body: { ...more, email: person.email, password: person.password } }),
      "profile form": () =>
        callAction(ground, openBrowser(undefined, person.cookie), actionNamed("updateProfileAction"), {
          page: "/settings",
          fields: Object.fromEntries(Object.entries(profile).map(([field, value]) => [field, String(value)])),
        }),
      register: () =>
        ask(ground, "/api/auth/register/", {
          body: {
            ...more,
            email: `r${person.email}`,
            password: "Vw9-hollow-tram",
            password_confirm: "Vw9-hollow-tram",
            first_name: "A",
            last_name: "B",
          },
        }),
      "token refresh": () => ask(ground, "/api/auth/token/refresh/", { body: { refresh: person.refresh, ...more } }),
    };
    const reply = await sent[form]();
    holds("no such field is a 5xx", reply.status > 0 && reply.status < 500, brief(reply));
    const [row] = await query<Record<string, unknown>>(
      "SELECT role, banned, credits::int, email_verified, phone_verified, extract(year FROM created_at)::int AS year FROM users WHERE email = $1",
      [form === "register" ? `r${person.email}` : person.email],
    );
    if (row)
      holds(
        "nobody gives themselves what is not theirs to give",
        row.role === "user" &&
          row.banned === false &&
          row.credits === 1000 &&
          row.email_verified === false &&
          row.phone_verified === false &&
          row.year !== 1999,
        row,
      );
    holds("nor takes it from others", (await stateOf(prey)) === before, form);
    const claims = JSON.parse(
      Buffer.from((textAt(reply, "access") || textAt(reply, "tokens", "access")).split(".")[1] ?? "", "base64url").toString() ||
        "{}",
    );
    holds(
      "no token says more than it should",
      claims.role === undefined && claims.is_staff === undefined && (claims.user_id ?? person.id) !== prey.id,
      claims,
    );
  },
);

export const FIELDS = [tooMuch];
