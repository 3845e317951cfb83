import fc from "fast-check";
import { query, randomEmail } from "../../tests/support/client";
import { type Asked, ask, at, brief, type Reply, textAt } from "./ask";
import { attack } from "./attack";
import type { Ground } from "./ground";
import { count, MAX_KEYS, newPerson } from "./ground";
import { networkOf, SPELLINGS, type Spelling } from "./networks";

const usable = (userId: string) =>
  count(
    "SELECT count(*) FROM api_keys WHERE user_id = $1 AND deleted_at IS NULL AND revoked_at IS NULL AND disabled_at IS NULL AND (expires_at IS NULL OR expires_at > now())",
    [userId],
  );

const PAST = "2020-01-01T00:00:00Z";

/** By every way there is to have one more key that works. */
const WAYS = ["create", "generate", "at once", "disable and enable", "expired and regenerated"] as const;

const keysWithoutEnd = attack(
  "keys without end",
  fc.record({ way: fc.constantFrom(...WAYS), over: fc.integer({ min: 1, max: 15 }) }),
  async ({ ground, holds }, { way, over }) => {
    const person = await newPerson();
    const token = person.access;
    const create = (fields: Record<string, unknown> = {}) =>
      ask(ground, "/api/auth/keys/create/", { token, body: { key_name: "a", ...fields } });
    const change = (id: string, deed: string, body = {}) => ask(ground, `/api/auth/keys/${id}/${deed}/`, { token, body });
    const replies: Reply[] = [];
    const made = async (many: number, fields = {}) => {
      const ids: string[] = [];
      for (let turn = 0; turn < many; turn += 1) {
        const reply = await create(fields);
        replies.push(reply);
        ids.push(textAt(reply, "data", "id"));
      }
      return ids.filter(Boolean);
    };
    if (way === "at once") {
      await made(MAX_KEYS - 1);
      replies.push(...(await Promise.all(Array.from({ length: over + 10 }, () => create()))));
    } else if (way === "generate") {
      for (let turn = 0; turn < MAX_KEYS + over; turn += 1)
        replies.push(await ask(ground, "/api/auth/api-key/generate/", { token, body: { name: "a" } }));
    } else if (way === "create") await made(MAX_KEYS + over);
    else if (way === "disable and enable") {
      const ids = await made(over);
      for (const id of ids) await change(id, "disable");
      await made(MAX_KEYS);
      for (const id of ids) replies.push(await change(id, "enable"));
    } else {
      const ids = await made(over, { expires_at: PAST });
      await made(MAX_KEYS);
      for (const id of ids) replies.push(await change(id, "regenerate", { expires_at: null }));
    }
    const have = await usable(person.id);
    holds("nobody has more usable keys than MAX_KEYS_PER_USER", have <= MAX_KEYS, `${have} of ${MAX_KEYS} by: ${way}`);
    const refused = replies.find(({ status }) => status === 409);
    holds(
      "the key too many is refused with 409 KEY_LIMIT_REACHED",
      /KEY_LIMIT_REACHED|limit/i.test(refused?.text ?? ""),
      brief(replies.at(-1) ?? { status: 0, headers: {}, text: "", ms: 0 }),
    );
    holds(
      "no creation is a 5xx",
      replies.every(({ status }) => status < 500 && status > 0),
    );
  },
);

/** More writes in a minute than anybody makes by hand. */
const MANY_WRITES = 400;

const writesWithoutEnd = attack(
  "writes without end",
  fc.record({ kind: fc.constantFrom("expired keys", "profile", "create and revoke", "permissions of 4 KB") }),
  async ({ ground, holds }, { kind }) => {
    const person = await newPerson();
    const token = person.access;
    const write = async (turn: number): Promise<Reply> => {
      if (kind === "profile")
        return ask(ground, "/api/auth/profile/", { method: "PATCH", token, body: { first_name: `A${turn}` } });
      const permissions = kind === "permissions of 4 KB" ? [`a${"b".repeat(4000)}`] : undefined;
      const expires_at = kind === "create and revoke" ? undefined : PAST;
      const reply = await ask(ground, "/api/auth/keys/create/", { token, body: { key_name: "a", expires_at, permissions } });
      const id = textAt(reply, "data", "id");
      return kind === "create and revoke" && id ? ask(ground, `/api/auth/keys/${id}/revoke/`, { token, method: "POST" }) : reply;
    };
    const began = performance.now();
    const statuses: number[] = [];
    for (let turn = 0; turn < MANY_WRITES / 4 && performance.now() - began < 50_000; turn += 1)
      statuses.push(...(await Promise.all([0, 1, 2, 3].map((part) => write(turn * 4 + part)))).map(({ status }) => status));
    if (statuses.length < MANY_WRITES) return;
    holds(
      "writes of one person are bounded by the minute",
      statuses.includes(429),
      `${statuses.length} of ${kind} in ${Math.round((performance.now() - began) / 1000)} s`,
    );
    holds(
      "no write is a 5xx",
      statuses.every((status) => status > 0 && status < 500),
    );
  },
  { isHeavy: true },
);

const emptyChanges = attack(
  "changes that change nothing",
  fc.record({
    path: fc.constantFrom("/api/auth/profile/", "/api/auth/settings/profile/"),
    body: fc.constantFrom<Asked["body"]>({}, { first_name: "Asha" }, { unknown: 1 }),
  }),
  async ({ ground, holds }, { path, body }) => {
    const person = await newPerson();
    const entries = () => count("SELECT count(*) FROM audit_entries WHERE actor_id = $1", [person.id]);
    const before = await entries();
    for (let turn = 0; turn < 5; turn += 1) await ask(ground, path, { method: "PATCH", token: person.access, body });
    holds("what changes nothing leaves no entry in the audit log", (await entries()) === before, (await entries()) - before);
  },
);

const register = (ground: Ground, from: string) => {
  const password = "Vw9-hollow-tram";
  const body = { email: randomEmail(), password, password_confirm: password, first_name: "Neema", last_name: "Juma" };
  return ask(ground, "/api/auth/register/", { body, from });
};

const SIGN_UPS = 45;

const accountsWithoutEnd = attack(
  "accounts without end",
  fc.record({ spelling: fc.constantFrom<Spelling>(...SPELLINGS), seed: fc.nat(65_535) }),
  async ({ ground, holds }, { spelling, seed }) => {
    const network = networkOf(seed);
    const statuses: number[] = [];
    const began = performance.now();
    for (let turn = 0; turn < SIGN_UPS && performance.now() - began < 55_000; turn += 3)
      statuses.push(
        ...(await Promise.all([0, 1, 2].map((part) => register(ground, network.address(spelling, turn + part))))).map(
          ({ status }) => status,
        ),
      );
    const made = statuses.filter((status) => status === 201).length;
    if (statuses.length < SIGN_UPS && !statuses.includes(429)) return;
    holds(`sign-ups from one network are bounded (${spelling})`, made <= 30, `${made} of ${statuses.length} in a minute`);
    const taken = await query(
      "SELECT 1 FROM users WHERE email LIKE 'user-%' AND first_name = 'Neema' AND credits > 100000 LIMIT 1",
    );
    holds("nobody signs up richer than others", taken.length === 0);
  },
  { isHeavy: true },
);

const MAILS = 40;

const mailFlood = attack(
  "mails without end",
  fc.record({ door: fc.constantFrom("/api/auth/forgot-password/"), spell: fc.constantFrom("same", "upper case", "blanks") }),
  async ({ ground, holds }, { door, spell }) => {
    const person = await newPerson();
    const written = { same: person.email, "upper case": person.email.toUpperCase(), blanks: `  ${person.email} ` }[spell] ?? "";
    const replies = await Promise.all(Array.from({ length: MAILS }, () => ask(ground, door, { body: { email: written } })));
    const sent = () => ground.mails.mails.filter(({ to }) => to === person.email).length;
    await ask(ground, "/api/health");
    holds("nobody's inbox is flooded by strangers", sent() <= 5, `${sent()} mails`);
    holds(
      "no request for a link is a 5xx",
      replies.every(({ status }) => status > 0 && status < 500),
      brief(replies[0] ?? { status: 0, headers: {}, text: "", ms: 0 }),
    );
    const stranger = await ask(ground, door, { body: { email: randomEmail() } });
    const own = replies.find(({ status }) => status === 200);
    holds(
      "an unknown address is answered like a known one",
      !own || textAt(own, "message") === textAt(stranger, "message"),
      brief(stranger),
    );
  },
);

const manyKeys = attack(
  "a list without end",
  fc.constantFrom("/api/auth/settings/", "/api/auth/settings/?limit=100000", "/api/auth/settings/?limit=-1"),
  async ({ ground, holds }, path) => {
    const person = await newPerson();
    await query(
      `INSERT INTO api_keys (uuid, user_id, name, format, hint, credential_hash, permissions)
       SELECT gen_random_uuid(), $1::uuid, 'k' || n, 'mf_live', 'abcdef', sha256(($1::uuid::text || n)::bytea), json_build_array(repeat('p', 3000)) FROM generate_series(1, 1300) n`,
      [person.id],
    );
    const reply = await ask(ground, path, { token: person.access });
    const keys = at(reply, "data", "api_keys");
    holds(
      "the list of settings holds 1,000 keys at most",
      Array.isArray(keys) && keys.length <= 1000,
      `${Array.isArray(keys) ? keys.length : brief(reply)}`,
    );
    holds("and says where it goes on", textAt(reply, "data", "next_cursor") !== "");
    const page = await ask(ground, "/keys?q=k&page=999999", { cookie: person.cookie });
    holds("pages of many keys are answered", page.status === 200, page.status);
  },
  { isHeavy: true },
);

export const FLOODS = [keysWithoutEnd, writesWithoutEnd, emptyChanges, accountsWithoutEnd, mailFlood, manyKeys];
