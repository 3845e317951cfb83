import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { type Asked, asAdminApi, ask, at, brief, type Reply } from "./ask";
import { attack } from "./attack";
import { type Ground, newPerson, type Person } from "./ground";

/** Characters that make the work of careless programs grow with the square of a text's length. */
const AWKWARD = [
  ".",
  " ",
  "\t",
  "…",
  "-",
  "_",
  "%",
  "\\",
  "(",
  "[",
  "a",
  "@",
  "'",
  "\u0301",
  "\u200b",
  "mf_live_",
  "%25",
  "a.",
  ",",
  "=",
  ";",
];

type Place = { name: string; send(ground: Ground, person: Person, staff: Person, text: string): Promise<Reply> };

/** As much of a text, in an address, as fits there. Its end stays. */
function inAddress(text: string): string {
  const end = text.slice(-1);
  return (
    encodeURIComponent(text.slice(0, -1).toWellFormed())
      .slice(0, 15_000)
      .replace(/(%[0-9A-F]?)$/, "") + encodeURIComponent(end)
  );
}

const inQuery = (path: string, isStaff = false): Place => ({
  name: path,
  send: (ground, person, staff, text) => ask(ground, path + inAddress(text), { cookie: (isStaff ? staff : person).cookie }),
});
const inHeader = (name: string, value = (text: string) => text): Place => ({
  name: `header ${name}`,
  send: (ground, person, _, text) =>
    ask(ground, "/api/auth/usage/", { cookie: person.cookie, headers: { [name]: value(latin(text)).slice(0, 15_000) } }),
});
const inBody = (path: string, body: (text: string) => Record<string, unknown>, more: Asked = {}): Place => ({
  name: `${path} ${Object.keys(body("")).join(",")}`,
  send: (ground, person, _, text) => ask(ground, path, { token: person.access, body: body(text), ...more }),
});

/** What a header may hold. */
const latin = (text: string) => text.replaceAll(/[^\x20-\x7e]/g, ".");

const PLACES: Place[] = [
  ...["/keys?q=", "/keys?digest=", "/keys?sort=", "/usage?key=", "/sign-in?next=", "/reset-password?token="].map((path) =>
    inQuery(path),
  ),
  ...["/admin/keys?q=", "/admin/keys?owner=", "/admin/users?q=", "/admin/audit?target=", "/admin/audit?actor="].map((path) =>
    inQuery(path, true),
  ),
  ...[
    "Authorization",
    "User-Agent",
    "Referer",
    "Accept-Language",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "Origin",
    "Idempotency-Key",
  ].map((name) => inHeader(name)),
  inHeader("Authorization", (text) => `Bearer ${text}`),
  inHeader("Cookie", (text) => `a=${text}`),
  inHeader("Cookie", (text) => text.replaceAll(/./g, "a=b; ")),
  inHeader("X-Forwarded-For", (text) => text.replaceAll(/./g, "1.2.3.4, ")),
  inBody("/api/auth/keys/create/", (key_name) => ({ key_name })),
  inBody("/api/auth/keys/create/", (note) => ({ key_name: "a", note })),
  inBody("/api/auth/keys/create/", (expires_at) => ({ key_name: "a", expires_at })),
  inBody("/api/auth/keys/create/", (text) => ({ key_name: "a", permissions: { [text]: [text] } })),
  inBody("/api/auth/login/", (email) => ({ email, password: "x" })),
  inBody("/api/auth/login/", (password) => ({ email: "nobody@example.com", password })),
  inBody("/api/auth/forgot-password/", (email) => ({ email: `${email}@example.com` })),
  inBody("/api/auth/profile/", (first_name) => ({ first_name }), { method: "PATCH" }),
  inBody("/api/auth/profile/", (phone_number) => ({ phone_number }), { method: "PATCH" }),
  inBody("/api/auth/profile/", (timezone) => ({ timezone }), { method: "PATCH" }),
  inBody("/api/auth/token/refresh/", (refresh) => ({ refresh })),
  inBody("/api/auth/password/reset/confirm/", (token) => ({ token, new_password: "x" })),
  {
    name: "verify key",
    send: (ground, _, __, key) => ask(ground, "/api/keys/verify", { token: ground.settings.SERVICE_API_SECRET, body: { key } }),
  },
  {
    name: "admin list email",
    send: (ground, _, __, text) => asAdminApi(ground, `/api/api-keys?email=${inAddress(text)}`),
  },
  {
    name: "path of a key",
    send: (ground, person, _, text) => ask(ground, `/keys/${inAddress(text)}`, { cookie: person.cookie }),
  },
];

/** Slower than this, and than so many times one letter, three times in a row: the text makes the work. */
const SLOW_MS = 750;
const SLOW_TIMES = 8;

const craftedText = attack(
  "crafted text",
  fc.record({
    place: fc.nat(PLACES.length - 1),
    length: fc.integer({ min: 0, max: 2000 }).map((less) => 15_900 - less),
    end: fc.constantFrom("x", "!", " "),
  }),
  async ({ ground, holds }, { place, length, end }) => {
    const where = PLACES[place];
    if (!where) return;
    const [person, staff] = [await newPerson(), await newPerson({ isStaff: true })];
    const send = (text: string) => where.send(ground, person, staff, text);
    for (const unit of AWKWARD) {
      const crafted = unit.repeat(Math.ceil(length / unit.length)).slice(0, length) + end;
      const first = await send(crafted);
      const shown = `${where.name} of ${JSON.stringify(unit)}`;
      holds("no text is answered with a 5xx", first.status < 500, `${shown}: ${brief(first)}`);
      holds("a text is answered", first.status !== 0, `${shown}: ${first.text}`);
      if (first.ms < SLOW_MS) continue;
      const times = [first.ms];
      const plain: number[] = [];
      for (let again = 0; again < 3; again += 1) {
        plain.push((await send("b")).ms);
        times.push((await send(crafted)).ms);
      }
      const [least, usual] = [Math.min(...times), Math.min(...plain)];
      holds(
        "no 16 KB of text make much more work than others",
        least < SLOW_MS || least < SLOW_TIMES * usual,
        `${shown}: ${Math.round(least)} ms, and ${Math.round(usual)} ms for one letter`,
      );
    }
  },
);

/** Numbers and texts at the edges of what types hold. */
const EDGES = [
  "0",
  "-1",
  "1.5",
  "1e309",
  "NaN",
  "2147483647",
  "2147483648",
  "9007199254740993",
  "99999999999999999999",
  "0x10",
  "",
  "null",
  "[]",
  "%00",
  "١",
];

const edges = attack(
  "numbers at the edge",
  fc.record({ edge: fc.constantFrom(...EDGES), place: fc.nat(8) }),
  async ({ ground, holds }, { edge, place }) => {
    const person = await newPerson();
    const raw = /^-?[\d.]+(e\d+)?$/.test(edge) ? edge : JSON.stringify(edge);
    const id = encodeURIComponent(edge);
    const sent = [
      () => asAdminApi(ground, `/api/api-keys/${id}`, { method: "DELETE" }),
      () => asAdminApi(ground, `/api/api-keys/${id}/restore`, { method: "POST" }),
      () => asAdminApi(ground, `/api/api-keys?limit=${id}`),
      () => asAdminApi(ground, `/api/api-keys?cursor=${id}`),
      () => asAdminApi(ground, "/api/api-keys", { method: "POST", raw: `{"userId":${raw}}` }),
      () => ask(ground, `/keys?page=${id}`, { cookie: person.cookie }),
      () => ask(ground, `/api/auth/settings/?cursor=${id}`, { token: person.access }),
      () => ask(ground, "/api/keys/verify", { token: ground.settings.SERVICE_API_SECRET, raw: `{"key":"a","cost":${raw}}` }),
      () =>
        ask(ground, `/api/auth/keys/${randomUUID()}/regenerate/`, {
          token: person.access,
          method: "POST",
          raw: `{"grace_seconds":${raw}}`,
        }),
    ][place];
    const reply = await sent?.();
    if (!reply) return;
    holds("no number is answered with a 5xx", reply.status > 0 && reply.status < 500, brief(reply));
  },
);

const PROTOTYPE =
  '"__proto__":{"role":"admin","isStaff":true,"expires_at":null,"valid":true},"constructor":{"prototype":{"role":"admin"}}';

const jsonTricks = attack(
  "JSON that says things twice",
  fc.record({
    path: fc.constantFrom(
      "/api/auth/keys/create/",
      "/api/auth/api-key/generate/",
      "/api/auth/profile/",
      "/api/keys/verify",
      "/api/api-keys",
    ),
    trick: fc.constantFrom(
      PROTOTYPE,
      '"key_name":{},"key_name":"b"',
      '"a":1e999',
      '"\\u0000":1',
      '"a":"\\ud800"',
      `"a":${"[".repeat(9000)}${"]".repeat(9000)}`,
    ),
  }),
  async ({ ground, holds }, { path, trick }) => {
    const person = await newPerson();
    const body = `{"key_name":"a","first_name":"a","last_name":"b","userId":"${person.id}","key":"a",${trick}}`;
    const headers = path === "/api/api-keys" ? { "X-Admin-Secret": ground.settings.ADMIN_API_SECRET } : {};
    const token = path === "/api/keys/verify" ? ground.settings.SERVICE_API_SECRET : person.access;
    const reply = await ask(ground, path, { method: path.endsWith("profile/") ? "PUT" : "POST", raw: body, token, headers });
    holds("no JSON is answered with a 5xx", reply.status > 0 && reply.status < 500, brief(reply));
    const stranger = await newPerson();
    const after = await ask(ground, "/api/auth/profile/", { token: stranger.access });
    holds("what one request sends changes no other", at(after, "is_staff") === false && after.status === 200, brief(after));
    const verdict = await ask(ground, "/api/keys/verify", {
      token: ground.settings.SERVICE_API_SECRET,
      body: { key: "mf_live_x" },
    });
    holds("no unknown key is valid", at(verdict, "valid") === false, brief(verdict));
  },
);

export const TEXTS = [craftedText, edges, jsonTricks];
