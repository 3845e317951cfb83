import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { query } from "../../tests/support/client";
import { newMailedToken } from "../../tests/support/people";
import { ask, textAt } from "./ask";
import { attack } from "./attack";
import { openBrowser, visit } from "./browser";
import { count, type Ground, newPerson } from "./ground";

/** Every table of the portal, each row as one text. */
async function tablesWith(part: string): Promise<string[]> {
  const tables = await query<{ name: string }>("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'");
  const found: string[] = [];
  for (const { name } of tables)
    if ((await count(`SELECT count(*) FROM "${name}" t WHERE t::text LIKE '%' || $1 || '%'`, [part])) > 0) found.push(name);
  return found;
}

const PLACES = [
  "name",
  "note",
  "user agent",
  "referer",
  "query",
  "path",
  "endpoint",
  "meta",
  "request id",
  "event id",
  "idempotency key",
  "email",
  "first name",
  "cookie",
  "wrong field",
  "encoded",
] as const;

/** Where a credential does not belong, a careless person puts it all the same. */
async function misplace(
  ground: Ground,
  place: (typeof PLACES)[number],
  person: { access: string; cookie: string },
  text: string,
): Promise<void> {
  const { port } = ground.strict;
  const token = person.access;
  const service = ground.settings.SERVICE_API_SECRET;
  const create = (body: object, headers = {}) =>
    ask(ground, "/api/auth/keys/create/", { port, token, body: { key_name: "a", ...body }, headers });
  const report = async (fields: object, id = "") => {
    const { createHmac } = await import("node:crypto");
    const raw = JSON.stringify({ apiKey: text, delta: 1, ...fields });
    const [t, key] = [Math.floor(Date.now() / 1000), id || randomBytes(8).toString("hex")];
    const mac = createHmac("sha256", ground.settings.USAGE_WEBHOOK_SECRET ?? "")
      .update(`${t}.${key}.${raw}`)
      .digest("hex");
    const plain = createHmac("sha256", ground.settings.USAGE_WEBHOOK_SECRET ?? "")
      .update(raw)
      .digest("hex");
    await ask(ground, "/usage", { port, raw, headers: { "x-signature": `t=${t},v1=${mac}`, "x-idempotency-key": key } });
    await ask(ground, "/usage", { raw, headers: { "x-signature": plain, "x-idempotency-key": key } });
  };
  if (place === "name") await create({ key_name: `x ${text} y` });
  else if (place === "note") await create({ note: `see ${text}` });
  else if (place === "user agent")
    await ask(ground, "/api/auth/login/", {
      port,
      body: { email: "x@example.com", password: text },
      headers: { "User-Agent": text },
    });
  else if (place === "referer")
    await visit(ground, openBrowser(undefined, person.cookie), "/keys", { port, headers: { Referer: `http://x/?k=${text}` } });
  else if (place === "query") await ask(ground, `/api/auth/settings/?key=${text}`, { port, token });
  else if (place === "path") await ask(ground, `/api/auth/keys/${text}/revoke/`, { port, token, method: "POST" });
  else if (place === "endpoint") await report({ endpoint: `/x?key=${text}` });
  else if (place === "meta") await report({ meta: { headers: { authorization: `Bearer ${text}` } } });
  else if (place === "request id") await report({ requestId: text });
  else if (place === "event id") await report({}, text);
  else if (place === "idempotency key") await create({}, { "Idempotency-Key": text });
  else if (place === "email")
    await ask(ground, "/api/auth/register/", {
      port,
      body: { email: `${text}@example.com`, password: text, password_confirm: text, first_name: "a", last_name: text },
    });
  else if (place === "first name")
    await ask(ground, "/api/auth/profile/", { port, method: "PATCH", token, body: { first_name: text } });
  else if (place === "cookie") await ask(ground, "/keys", { port, cookie: `theme=${text}; ${person.cookie}` });
  else if (place === "encoded")
    await report({
      endpoint: Buffer.from(text).toString("base64"),
      meta: { a: encodeURIComponent(encodeURIComponent(text.replaceAll("_", "%5f"))) },
    });
  else await ask(ground, "/api/keys/verify", { port, token: service, body: { key: "x", [text]: text } });
}

const keptCredentials = attack(
  "credentials where they do not belong",
  fc.record({ place: fc.constantFrom(...PLACES), what: fc.constantFrom("key", "secret") }),
  async ({ ground, holds }, { place, what }) => {
    const person = await newPerson();
    const made = await ask(ground, "/api/auth/keys/create/", {
      port: ground.strict.port,
      token: person.access,
      body: { key_name: "a" },
    });
    const text = textAt(made, "data", what === "key" ? "api_key" : "secret_key");
    const token = await newMailedToken("reset-password", person);
    await misplace(ground, place, person, text);
    await ask(ground, "/api/auth/password/reset/confirm/", {
      port: ground.strict.port,
      body: { token: `${token}x`, new_password: "Vw9-hollow-tram" },
    });
    await ask(ground, "/api/auth/profile/", { port: ground.strict.port, token: person.access, cookie: person.cookie });
    const hidden = text.slice(16, 44);
    const tables = await tablesWith(hidden);
    holds("no table keeps a credential", tables.length === 0, `${place}: ${tables}`);
    const output = ground.strict.output() + ground.portal.output();
    const texts = {
      credential: hidden,
      "mailed token": token,
      "access token": person.access.slice(-40),
      password: person.password,
      cookie: person.cookie.slice(-40),
    };
    for (const [name, part] of Object.entries(texts)) holds(`no log has a ${name}`, !output.includes(part), place);
    holds(
      "no log has a shared secret",
      !["ADMIN_API_SECRET", "SERVICE_API_SECRET", "USAGE_WEBHOOK_SECRET", "BETTER_AUTH_SECRET", "KEY_HASH_SECRET"].some((name) =>
        output.includes(ground.settings[name] ?? "none"),
      ),
    );
    holds("no log has a person", !output.includes(person.email), place);
    for (const path of ["/api/auth/settings/", "/keys", "/usage", "/settings"]) {
      const reply = await ask(ground, path, path.startsWith("/api") ? { token: person.access } : { cookie: person.cookie });
      holds("no list or page shows a credential again", !reply.text.includes(hidden), path);
    }
    const [row] = await query<{ password: string }>("SELECT password FROM accounts WHERE user_id = $1", [person.id]);
    holds("passwords are kept hashed", !row?.password.includes(person.password));
  },
);

export const LEAKS = [keptCredentials];
