import fc from "fast-check";
import { type Asked, asAdminApi, ask, brief, textAt } from "./ask";
import { attack } from "./attack";
import { newPerson } from "./ground";

/** Nothing to see, or what turns text around. */
const CROOKED = [
  "\u202Eevil",
  "a\u202Db",
  "\u2066x\u2069",
  "a\u2067b",
  "\u200E",
  "\u200B\u200B",
  "\u2060",
  "\uFEFF",
  "\u00AD",
  "\u3164",
  "\u2800",
  "\u180E",
  "\u{E0041}",
  "a\u0000b",
  "a\u0007b",
  "a\u2028b",
  "a\r\nb",
  "\u034F",
  "\u115F",
  "\uFFF9",
];
const ISOLATES = /[\p{Bidi_Control}\p{Cc}\u2028\u2029]/u;

type Door = { name: string; path: string; method?: string; body(name: string): Record<string, unknown>; isAdmin?: boolean };

const DOORS: Door[] = [
  { name: "create", path: "/api/auth/keys/create/", body: (key_name) => ({ key_name }) },
  { name: "generate", path: "/api/auth/api-key/generate/", body: (name) => ({ name }) },
  { name: "first name", path: "/api/auth/profile/", method: "PATCH", body: (first_name) => ({ first_name }) },
  { name: "last name", path: "/api/auth/settings/profile/", method: "PATCH", body: (last_name) => ({ last_name }) },
  { name: "admin create", path: "/api/api-keys", body: (name) => ({ name }), isAdmin: true },
];

const crookedNames = attack(
  "names that deceive",
  fc.record({ door: fc.nat(DOORS.length - 1), name: fc.constantFrom(...CROOKED), around: fc.constantFrom("", "Key") }),
  async ({ ground, holds }, { door: number, name, around }) => {
    const door = DOORS[number];
    if (!door) return;
    const person = await newPerson();
    const written = around + name;
    const isSeen = around !== "" || /[a-z]/.test(name);
    const asked: Asked = {
      method: door.method ?? "POST",
      body: { ...door.body(written), ...(door.isAdmin && { userId: person.id }) },
    };
    const reply = await (door.isAdmin
      ? asAdminApi(ground, door.path, asked)
      : ask(ground, door.path, { ...asked, token: person.access }));
    holds("no name is a 5xx", reply.status > 0 && reply.status < 500, brief(reply));
    if (ISOLATES.test(written.trim()))
      holds("a name with controls is refused", reply.status === 400, `${door.name}: ${JSON.stringify(written)}: ${reply.status}`);
    // White space around is taken away, and some people have one name.
    const isLeftOut = door.name === "last name" && written.trim() === "";
    if (!isSeen && !isLeftOut && door.name !== "admin create" && door.name !== "generate")
      holds("a name with nothing to see is refused", reply.status === 400, `${door.name}: ${JSON.stringify(written)}`);
    if (reply.status < 300 && (door.name === "admin create" || door.name === "generate") && !isSeen) {
      const shown = textAt(reply, "key", "name") || textAt(reply, "name");
      holds("a key has a name to see", shown === "API Key", JSON.stringify(shown));
    }
  },
);

const MARKUP = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "</script><script>alert(1)</script>",
  "{{7*7}}",
  "#{7*7}",
  "javascript:alert(1)",
  "<!--",
  "]]>",
  "&lt;b&gt;",
  "'-alert(1)-'",
];

const markup = attack(
  "markup in names",
  fc.record({
    text: fc.constantFrom(...MARKUP),
    page: fc.constantFrom("/keys", "/settings", "/admin/keys", "/admin/users", "/admin/audit", "/keys?q=", "/usage", "own page"),
  }),
  async ({ ground, holds }, { text, page }) => {
    const person = await newPerson({ isStaff: true });
    const made = await ask(ground, "/api/auth/keys/create/", { token: person.access, body: { key_name: text, note: text } });
    await ask(ground, "/api/auth/profile/", { method: "PATCH", token: person.access, body: { first_name: text } });
    const path =
      page === "own page" ? `/keys/${textAt(made, "data", "id")}` : page.endsWith("=") ? page + encodeURIComponent(text) : page;
    const reply = await ask(ground, path, { cookie: person.cookie });
    holds("a page with markup in a name is answered", reply.status === 200, `${path} ${reply.status}`);
    const isRaw = text.includes("<") && text !== "<!--" && reply.text.includes(text) && /^["<']/.test(text);
    holds("markup in a name stays text", !isRaw, path);
    const policy = String(reply.headers["content-security-policy"] ?? "");
    holds(
      "a page has a policy without inline scripts",
      /script-src/.test(policy) && !/script-src[^;]*'unsafe-inline'/.test(policy),
      policy.slice(0, 200),
    );
    if (page === "own page" || page === "/keys") holds("a name stands in <bdi>", /<bdi/.test(reply.text), path);
  },
);

export const NAMES = [crookedNames, markup];
