import { randomUUID } from "node:crypto";
import fs from "node:fs";
import { newKey, query, randomAddress, shared } from "./client";
import { newUser, signInByCookie, type TestUser } from "./people";
import { newService } from "./services";

/** What stands in an address in the place of `[id]`. New pages with an id of another kind get a line here. */
const IDS: Record<string, (people: Ids) => string> = {
  "/keys/[id]": ({ keyUuid = "" }) => keyUuid,
  "/keys/[id]/end-grace": ({ keyUuid = "" }) => keyUuid,
  "/keys/[id]/pause": ({ keyUuid = "" }) => keyUuid,
  "/keys/[id]/regenerate": ({ keyUuid = "" }) => keyUuid,
  "/keys/[id]/revoke": ({ keyUuid = "" }) => keyUuid,
  "/docs/[group]": () => "accounts",
  "/admin/users/[id]": ({ plain }) => plain.user.id,
  "/admin/keys/[id]": ({ keyId }) => keyId,
  "/admin/services/[id]": ({ serviceId = randomUUID() }) => serviceId,
  "/admin/import/[id]": ({ fileId = randomUUID() }) => fileId,
};

type Ids = { plain: { user: Pick<TestUser, "id"> }; keyId: string; keyUuid?: string; fileId?: string; serviceId?: string };

export type Person = { user: TestUser; cookie: string };
export type People = Record<"plain" | "banned" | "demoted" | "stale" | "fresh", Person> & { keyId: string; serviceId: string };

/** Everyone who comes to a door: who is nobody special, who was an administrator, and who is one. */
export async function assemblePeople(): Promise<People> {
  const [plain, banned, demoted, stale, fresh] = await Promise.all([
    newPerson(""),
    newPerson("UPDATE users SET banned = true WHERE id = $1"),
    newPerson("UPDATE users SET role = 'user' WHERE id = $1"),
    newPerson("UPDATE sessions SET confirmed_at = now() - interval '16 minutes' WHERE user_id = $1"),
    newPerson("UPDATE sessions SET confirmed_at = now() - interval '14 minutes' WHERE user_id = $1"),
  ]);
  await query("UPDATE users SET role = 'user' WHERE id = $1", [plain.user.id]);
  const { id: keyId } = await newKey(plain.user);
  const { id: serviceId } = await newService({ scopes: ["verify"] });
  return { plain, banned, demoted, stale, fresh, keyId, serviceId };
}

async function newPerson(change: string): Promise<Person> {
  const user = await newUser();
  await query("UPDATE users SET role = 'admin' WHERE id = $1", [user.id]);
  const cookie = await signInByCookie(user);
  if (change) await query(change, [user.id]);
  return { user, cookie };
}

type Manifest = Record<string, unknown>;

function readManifest(name: string): Manifest {
  return JSON.parse(fs.readFileSync(`.next/server/${name}.json`, "utf8"));
}

const withoutGroups = (address: string) => address.replace(/\/\([^/]+\)/g, "");

/** The pages, or the routes, that this build has. Folders in parentheses are no part of an address. */
export function addresses(kind: "page" | "route"): string[] {
  return Object.keys(readManifest("app-paths-manifest"))
    .filter((file) => file.endsWith(`/${kind}`))
    .map((file) => withoutGroups(file.slice(0, -kind.length - 1)) || "/")
    .sort();
}

/** The pages and the exports of staff that this build has. */
export function staffAddresses(kind: "page" | "route"): string[] {
  return addresses(kind).filter((address) => /^\/admin(\/|$)/.test(address));
}

export function filledIn(address: string, people: Ids): string {
  if (!address.includes("[")) return address;
  const id = IDS[address];
  if (!id) throw new Error(`tests/support/doors.ts does not say what to put into ${address}`);
  return address.replace(/\[.*\]/, id(people));
}

export type Action = { name: string; id: string; page: string };

type Reference = { filename: string; exportedName: string; workers: Record<string, unknown> };

/** The server actions that this build has below a folder of `app`, each with a page that it can be sent to. */
export function actions(folder = "app/"): Action[] {
  return Object.entries(readManifest("server-reference-manifest").node as Record<string, Reference>)
    .filter(([, { filename }]) => filename.startsWith(folder))
    .map(([id, { exportedName, workers }]) => {
      const pages = Object.keys(workers).filter((worker) => worker.startsWith(folder) && worker.endsWith("/page"));
      const page = pages.find((worker) => !worker.includes("[")) ?? pages[0] ?? "";
      return { name: exportedName, id, page: withoutGroups(page.replace(/^app|\/page$/g, "")) || "/" };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

export const staffActions = () => actions("app/admin/");

export function open(address: string, person: Person | null): Promise<Response> {
  const headers = { "X-Forwarded-For": randomAddress(), ...(person && { Cookie: person.cookie }) };
  return fetch(shared().url + address, { headers, redirect: "manual" });
}

/** Sends a file to be imported, as the page does. */
export async function uploadFile(person: Person | null, content: string, name = "people.ndjson", source = "former") {
  const body = new FormData();
  body.set("source", source);
  body.set("file", new Blob([content]), name);
  const { url } = shared();
  const headers = {
    Accept: "application/json",
    Origin: url,
    "X-Forwarded-For": randomAddress(),
    ...(person && { Cookie: person.cookie }),
  };
  const answer = await fetch(`${url}/admin/import/upload`, { method: "POST", headers, body, redirect: "manual" });
  const text = await answer.text();
  return { status: answer.status, text, id: /^\{"id":"([^"]+)"\}$/.exec(text)?.[1] ?? "" };
}

export type Sent = {
  fields?: Record<string, string>;
  /** What the action takes: a form after its state, a form, or the arguments themselves. */
  takes?: "state and form" | "form" | unknown[];
  url?: string;
};

/** Runs an action as a page does, by default with an empty form: guards come before input. Answers what it returned. */
export async function run({ id, page }: Action, person: Person | null, people: Ids, sent: Sent = {}) {
  const { fields = {}, takes = "state and form", url = shared().url } = sent;
  const response = await fetch(url + filledIn(page, people), {
    method: "POST",
    headers: {
      Accept: "text/x-component",
      "Next-Action": id,
      Origin: url,
      "X-Forwarded-For": randomAddress(),
      ...(person && { Cookie: person.cookie }),
    },
    body: Array.isArray(takes) ? JSON.stringify(takes) : formOf(fields, takes),
    redirect: "manual",
  });
  const text = await response.text();
  const [, json] = /^1:(.*)$/m.exec(text) ?? [];
  return {
    status: response.status,
    returned: json === undefined || json.startsWith("E") ? undefined : JSON.parse(json),
    /** Where the page is told to go. */
    redirect: response.headers.get("x-action-redirect"),
    text,
  };
}

function formOf(fields: Record<string, string>, takes: "state and form" | "form"): FormData {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.set(`_1_${name}`, value);
  body.set("0", takes === "form" ? '["$K1"]' : '[{"fields":{},"values":{}},"$K1"]');
  return body;
}
