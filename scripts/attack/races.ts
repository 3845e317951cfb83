import fc from "fast-check";
import { query, randomEmail } from "../../tests/support/client";
import { newMailedToken } from "../../tests/support/people";
import { asAdminApi, ask, brief, type Reply, textAt, verdictOf } from "./ask";
import { attack } from "./attack";
import { type Ground, newPerson, type Person } from "./ground";

async function keyOf(ground: Ground, person: Person) {
  const made = await ask(ground, "/api/auth/keys/create/", { token: person.access, body: { key_name: "raced" } });
  return { uuid: textAt(made, "data", "id"), key: textAt(made, "data", "api_key"), secret: textAt(made, "data", "secret_key") };
}

const deed = (ground: Ground, person: Person, uuid: string, name: string, body: unknown = {}) =>
  ask(ground, `/api/auth/keys/${uuid}/${name}/`, { token: person.access, body });

const good = (replies: readonly Reply[]) => replies.filter(({ status }) => status < 300);
const entriesOf = async (uuid: string, action: string) => {
  const rows = await query<{ n: string }>(
    "SELECT count(*) AS n FROM audit_entries WHERE action = $2 AND (target_id = $1 OR target_id = (SELECT id::text FROM api_keys WHERE uuid::text = $1))",
    [uuid, action],
  );
  return Number(rows[0]?.n);
};

const keyRaces = attack(
  "races for a key",
  fc.record({
    race: fc.constantFrom(
      "revokes",
      "regenerates",
      "revoke and regenerate",
      "disable and regenerate",
      "deletes",
      "restore and revoke",
      "self",
    ),
    many: fc.integer({ min: 2, max: 8 }),
  }),
  async ({ ground, holds }, { race, many }) => {
    const person = await newPerson();
    const { uuid, key } = await keyOf(ground, person);
    const times = <Result>(work: (turn: number) => Promise<Result>) =>
      Promise.all(Array.from({ length: many }, (_, turn) => work(turn)));
    const valid = async (replies: readonly Reply[]) => {
      const keys = replies.map((reply) => textAt(reply, "data", "api_key") || textAt(reply, "api_key")).filter(Boolean);
      return (await Promise.all(keys.map((one) => verdictOf(ground, one)))).filter((verdict) => verdict === "VALID").length;
    };
    let replies: Reply[] = [];
    if (race === "revokes") {
      replies = await times(() => deed(ground, person, uuid, "revoke"));
      holds("all of several revocations are 200", good(replies).length === many, replies.map(brief));
      holds(
        "and one is in the audit log",
        (await entriesOf(uuid, "api_key.revoked")) === 1,
        await entriesOf(uuid, "api_key.revoked"),
      );
    } else if (race === "regenerates") {
      replies = await times(() => deed(ground, person, uuid, "regenerate"));
      const working = await valid(replies);
      holds("of several regenerations one pair works", working === 1, `${working} of ${good(replies).length}`);
    } else if (race === "self") {
      await ask(ground, `/api/auth/keys/${uuid}/`, { method: "PATCH", token: person.access, body: { self_rotation: true } });
      replies = await times(() => ask(ground, "/api/keys/self/regenerate", { token: key, method: "POST" }));
      holds(
        "a key that renews itself several times at once leaves one",
        (await valid(replies)) <= 1 && good(replies).length >= 1,
        replies.map(brief),
      );
    } else if (race === "deletes") {
      const [row] = await query<{ id: number }>("SELECT id FROM api_keys WHERE uuid::text = $1", [uuid]);
      replies = await times(() => asAdminApi(ground, `/api/api-keys/${row?.id}`, { method: "DELETE" }));
      holds(
        "of several deletions one is 200",
        good(replies).length === 1,
        replies.map(({ status }) => status),
      );
    } else if (race === "restore and revoke") {
      const [row] = await query<{ id: number }>("SELECT id FROM api_keys WHERE uuid::text = $1", [uuid]);
      await deed(ground, person, uuid, "revoke");
      await asAdminApi(ground, `/api/api-keys/${row?.id}`, { method: "DELETE" });
      replies = await times(() => asAdminApi(ground, `/api/api-keys/${row?.id}/restore`, { method: "POST" }));
      holds("restoring a revoked key does not make it work", (await verdictOf(ground, key)) !== "VALID", replies.map(brief));
    } else {
      const end = race === "revoke and regenerate" ? "revoke" : "disable";
      replies = await times((turn) => deed(ground, person, uuid, turn % 2 ? "regenerate" : end));
      const working = await valid(replies);
      holds(
        `nothing works after a ${end} and a regeneration at once`,
        working === 0 && (await verdictOf(ground, key)) !== "VALID",
        replies.map(({ status }) => status),
      );
    }
    holds(
      "no race is a 5xx",
      replies.every(({ status }) => status > 0 && status < 500),
      replies.map(brief),
    );
  },
);

const tokenRaces = attack(
  "races for a link",
  fc.record({
    race: fc.constantFrom("reset", "register", "password", "logout and refresh"),
    many: fc.integer({ min: 2, max: 6 }),
  }),
  async ({ ground, holds }, { race, many }) => {
    const person = await newPerson();
    const times = <Result>(work: (turn: number) => Promise<Result>) =>
      Promise.all(Array.from({ length: many }, (_, turn) => work(turn)));
    if (race === "reset") {
      const token = await newMailedToken("reset-password", person);
      const replies = await times((turn) =>
        ask(ground, "/api/auth/password/reset/confirm/", { body: { token, new_password: `Qn7-copper-violet-${turn}` } }),
      );
      holds("a link that several spend is spent once", good(replies).length === 1, replies.map(brief));
    } else if (race === "register") {
      const email = randomEmail();
      const body = { password: "Vw9-hollow-tram", password_confirm: "Vw9-hollow-tram", first_name: "A", last_name: "B" };
      const replies = await times((turn) =>
        ask(ground, "/api/auth/register/", { body: { ...body, email: turn % 2 ? email.toUpperCase() : email } }),
      );
      holds("one of several registers an address", good(replies).length === 1, replies.map(brief));
    } else if (race === "password") {
      const replies = await times((turn) =>
        ask(ground, "/api/auth/password/change/", {
          token: person.access,
          body: { old_password: person.password, new_password: `Qn7-copper-violet-${turn}` },
        }),
      );
      holds("of several new passwords one is set", good(replies).length === 1, replies.map(brief));
    } else {
      const [out, ...refreshed] = await Promise.all([
        ask(ground, "/api/auth/logout/", { body: { refresh: person.refresh } }),
        ...Array.from({ length: many }, () => ask(ground, "/api/auth/token/refresh/", { body: { refresh: person.refresh } })),
      ]);
      holds("logging out goes through", out?.status === 200);
      for (const reply of good(refreshed)) {
        const after = await ask(ground, "/api/auth/token/refresh/", { body: { refresh: textAt(reply, "refresh") } });
        holds("what was refreshed while logging out is dead", after.status === 401, brief(after));
      }
    }
  },
);

export const RACES = [keyRaces, tokenRaces];
