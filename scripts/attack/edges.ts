import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { asAdminApi, ask, at, brief } from "./ask";
import { attack } from "./attack";
import { newPerson } from "./ground";

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

export const EDGE_CASES = [edges, jsonTricks];
