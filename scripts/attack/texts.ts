import fc from "fast-check";
import { type Asked, asAdminApi, ask, brief, type Reply } from "./ask";
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

/** Slower than this, and than so many times one letter, each time again: the text makes the work. */
const SLOW_MS = 200;
const SLOW_TIMES = 6;
const AGAIN = 5;

const craftedText = attack(
  "crafted text",
  fc.record({
    place: fc.nat(PLACES.length - 1),
    length: fc.integer({ min: 0, max: 2000 }).map((less) => 15_900 - less),
    end: fc.constantFrom("x", "x", "x", "!"),
  }),
  async ({ ground, holds }, { place, length, end }) => {
    const where = PLACES[place];
    if (!where) return;
    const [person, staff] = [await newPerson(), await newPerson({ isStaff: true })];
    const send = (text: string) => where.send(ground, person, staff, text);
    const craft = (unit: string) => unit.repeat(Math.ceil(length / unit.length)).slice(0, length) + end;
    const first = await Promise.all(AWKWARD.map((unit) => send(craft(unit))));
    for (const [index, unit] of AWKWARD.entries()) {
      const reply = first[index];
      if (!reply) continue;
      const shown = `${where.name} of ${JSON.stringify(unit)}`;
      holds("no text is answered with a 5xx", reply.status < 500, `${shown}: ${brief(reply)}`);
      holds("a text is answered", reply.status !== 0, `${shown}: ${reply.text}`);
      // One of them may have kept all waiting: each by itself, again and again while it is slow.
      let least = reply.ms;
      for (let again = 0; again < AGAIN && least >= SLOW_MS; again += 1) least = Math.min(least, (await send(craft(unit))).ms);
      if (least < SLOW_MS) continue;
      let usual = Number.POSITIVE_INFINITY;
      for (let again = 0; again < AGAIN; again += 1) usual = Math.min(usual, (await send("b")).ms);
      const isSlow = least >= SLOW_TIMES * usual;
      holds(
        "no 16 KB of text make much more work than others",
        !isSlow,
        `${shown}: ${Math.round(least)} ms, and ${Math.round(usual)} ms for one letter`,
      );
      // The next one would keep everybody waiting as well.
      if (isSlow) return;
    }
  },
);

export const TEXTS = [craftedText];
