import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { query } from "../../tests/support/client";
import { ask, brief, type Reply, textAt, verdictOf } from "./ask";
import { attack } from "./attack";
import { actionNamed, callAction, openBrowser } from "./browser";
import { type Ground, newPerson, type Person } from "./ground";

type Prey = Person & { uuid: string; number: number; key: string; session: string };

export async function preyOf(ground: Ground): Promise<Prey> {
  const person = await newPerson();
  const made = await ask(ground, "/api/auth/keys/create/", { token: person.access, body: { key_name: `Prey ${randomUUID()}` } });
  const uuid = textAt(made, "data", "id");
  const [row] = await query<{ id: number; session: string }>(
    "SELECT k.id, (SELECT id FROM sessions s WHERE s.user_id = k.user_id LIMIT 1) AS session FROM api_keys k WHERE uuid::text = $1",
    [uuid],
  );
  return { ...person, uuid, number: row?.id ?? 0, key: textAt(made, "data", "api_key"), session: row?.session ?? "" };
}

/** All that is kept of a person and their keys, as one text. */
export async function stateOf({ id }: Person): Promise<string> {
  const [row] = await query<{ state: string }>(
    `SELECT concat((SELECT to_json(u)::text FROM (SELECT email, name, role, banned, credits, email_verified FROM users WHERE id = $1) u),
       (SELECT json_agg(k ORDER BY k.id)::text FROM api_keys k WHERE user_id = $1),
       (SELECT json_agg(s.id ORDER BY s.id)::text FROM sessions s WHERE user_id = $1),
       (SELECT json_agg(a.password)::text FROM accounts a WHERE user_id = $1)) AS state`,
    [id],
  );
  return row?.state ?? "";
}

const WRITINGS: ((prey: Prey) => string)[] = [
  ({ uuid }) => uuid,
  ({ uuid }) => uuid.toUpperCase(),
  ({ number }) => String(number),
  ({ uuid }) => `%${uuid.charCodeAt(0).toString(16)}${uuid.slice(1)}`,
  ({ uuid }) => `./${uuid}`,
  ({ uuid }) => `{${uuid}}`,
  ({ uuid }) => uuid.replaceAll("-", ""),
];

type Deed = (ground: Ground, thief: Person, prey: Prey, id: string) => Promise<Reply>;

const onKey =
  (deed: string, body: unknown = {}): Deed =>
  (ground, thief, _, id) =>
    ask(ground, `/api/auth/keys/${id}/${deed}`, { token: thief.access, method: deed === "" ? "PATCH" : "POST", body });
const byAction =
  (name: string, fields: Record<string, string>): Deed =>
  (ground, thief, prey, id) =>
    callAction(ground, openBrowser(undefined, thief.cookie), actionNamed(name), {
      page: "/keys",
      fields: { ...fields, uuid: id, session: prey.session, user: prey.id },
    });
const onPage =
  (path: (id: string) => string): Deed =>
  (ground, thief, _, id) =>
    ask(ground, path(id), { cookie: thief.cookie });

const DEEDS: Record<string, Deed> = {
  regenerate: onKey("regenerate/"),
  revoke: onKey("revoke/"),
  disable: onKey("disable/"),
  enable: onKey("enable/"),
  change: onKey("", { key_name: "stolen" }),
  "revoke by its later name": (ground, thief, _, id) =>
    ask(ground, "/api/auth/api-key/revoke/", { token: thief.access, body: { key_id: decodeURIComponent(id) } }),
  page: onPage((id) => `/keys/${id}`),
  usage: onPage((id) => `/usage?key=${id}`),
  "usage as a file": onPage((id) => `/usage/export?key=${id}`),
  "regenerate by the page": byAction("regenerateKeyAction", { grace_seconds: "0" }),
  "change by the page": byAction("updateKeyAction", { key_name: "stolen" }),
  "pause by the page": byAction("pauseKeyAction", { deed: "disable" }),
  "revoke by the page": byAction("revokeKeysAction", { understood: "on" }),
  "end of grace by the page": byAction("endGraceAction", {}),
  "end of a session": byAction("endSessionAction", {}),
  "calls of it": (ground, thief, _, id) =>
    callAction(ground, openBrowser(undefined, thief.cookie), actionNamed("recentCallsAction"), { page: "/keys", args: [[id]] }),
};

const othersIds = attack(
  "ids of others",
  fc.record({ deed: fc.constantFrom(...Object.keys(DEEDS)), writing: fc.nat(WRITINGS.length - 1) }),
  async ({ ground, holds }, { deed, writing }) => {
    const [prey, thief] = [await preyOf(ground), await newPerson()];
    const before = await stateOf(prey);
    const id = WRITINGS[writing]?.(prey) ?? "";
    const reply = await DEEDS[deed]?.(ground, thief, prey, id);
    if (!reply) return;
    holds("no id of another changes anything of theirs", (await stateOf(prey)) === before, `${deed} of ${id}`);
    holds("nor shows anything of theirs", !reply.text.includes("Prey ") && !reply.text.includes(prey.email), brief(reply));
    holds(
      "nor is it a 5xx or a 403",
      reply.status > 0 && reply.status < 500 && reply.status !== 403,
      `${deed} of ${id}: ${brief(reply)}`,
    );
    const verdict = await verdictOf(ground, prey.key);
    holds("the key of the other goes on working", verdict === "VALID", verdict);
    if (deed in { regenerate: 1, revoke: 1, disable: 1, enable: 1 } && writing < 3) {
      const unknown = await DEEDS[deed]?.(ground, thief, prey, randomUUID());
      holds(
        "another's id is answered like an unknown one",
        unknown?.status === reply.status && unknown.text === reply.text,
        `${brief(reply)} | ${unknown && brief(unknown)}`,
      );
    }
  },
);

const sameKey = attack(
  "an Idempotency-Key of another",
  fc.record({
    deed: fc.constantFrom("create", "generate", "regenerate", "admin create"),
    key: fc.constantFrom("k", "0", "a b", "x".repeat(255)),
    atOnce: fc.boolean(),
  }),
  async ({ ground, holds }, { deed, key, atOnce }) => {
    const [first, second] = [await newPerson(), await newPerson()];
    const headers = { "Idempotency-Key": `${key}${deed === "admin create" ? randomUUID().slice(0, 8) : ""}`.slice(-255) };
    const send = async (person: Person): Promise<Reply> => {
      if (deed === "generate")
        return ask(ground, "/api/auth/api-key/generate/", { token: person.access, body: { name: "a" }, headers });
      if (deed === "create")
        return ask(ground, "/api/auth/keys/create/", { token: person.access, body: { key_name: "a" }, headers });
      if (deed === "admin create")
        return ask(ground, "/api/api-keys", {
          body: { userId: person.id },
          headers: { ...headers, "X-Admin-Secret": ground.settings.ADMIN_API_SECRET },
        });
      const made = await ask(ground, "/api/auth/keys/create/", { token: person.access, body: { key_name: "a" } });
      return ask(ground, `/api/auth/keys/${textAt(made, "data", "id")}/regenerate/`, {
        token: person.access,
        method: "POST",
        headers,
      });
    };
    const replies = atOnce ? await Promise.all([send(first), send(second)]) : [await send(first), await send(second)];
    const [one, other] = replies as [Reply, Reply];
    if (deed === "admin create")
      holds(
        "another body under the same key is refused",
        [one, other]
          .map(({ status }) => status)
          .sort()
          .join(" ") === "201 422",
        `${brief(one)} | ${brief(other)}`,
      );
    else
      holds(
        "what one person sends twice is nothing to another",
        one.status < 300 && other.status < 300,
        `${brief(one)} | ${brief(other)}`,
      );
    const again = deed === "create" ? await send(first) : undefined;
    if (again)
      holds("and a repeat shows no credential again", again.status === 409 && !/mf_live_\w{20}/.test(again.text), brief(again));
  },
);

export const OWNERS = [othersIds, sameKey];
