import fs from "node:fs";
import { newKey, newUser, query, randomAddress, shared, type TestUser } from "./client";
import { signInByCookie } from "./cookies";

/** What stands in an address in the place of `[id]`. New pages with an id of another kind get a line here. */
const IDS: Record<string, (people: People) => string> = {
  "/admin/users/[id]": ({ plain }) => plain.user.id,
  "/admin/keys/[id]": ({ keyId }) => keyId,
};

export type Person = { user: TestUser; cookie: string };
export type People = Record<"plain" | "banned" | "demoted" | "stale" | "fresh", Person> & { keyId: string };

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
  return { plain, banned, demoted, stale, fresh, keyId };
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

/** The pages and the exports of staff that this build has. */
export function staffAddresses(kind: "page" | "route"): string[] {
  return Object.keys(readManifest("app-paths-manifest"))
    .filter((file) => /^\/admin(\/|$)/.test(file) && file.endsWith(`/${kind}`))
    .map((file) => file.slice(0, -kind.length - 1))
    .sort();
}

export function filledIn(address: string, people: People): string {
  if (!address.includes("[")) return address;
  const id = IDS[address];
  if (!id) throw new Error(`tests/support/staff-doors.ts does not say what to put into ${address}`);
  return address.replace(/\[.*\]/, id(people));
}

export type StaffAction = { name: string; id: string; page: string };

type Reference = { filename: string; exportedName: string; workers: Record<string, unknown> };

/** The server actions of staff that this build has, each with a page that it can be sent to. */
export function staffActions(): StaffAction[] {
  return Object.entries(readManifest("server-reference-manifest").node as Record<string, Reference>)
    .filter(([, { filename }]) => filename.startsWith("app/admin/"))
    .map(([id, { exportedName, workers }]) => {
      const page = Object.keys(workers).find((worker) => worker.startsWith("app/admin/")) ?? "";
      return { name: exportedName, id, page: page.replace(/^app|\/page$/g, "") };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

export function open(address: string, person: Person | null): Promise<Response> {
  const headers = { "X-Forwarded-For": randomAddress(), ...(person && { Cookie: person.cookie }) };
  return fetch(shared().url + address, { headers, redirect: "manual" });
}

type Filled = { fields?: Record<string, string>; url?: string };

/**
 * Runs an action as a page does, with an empty form unless fields are given: guards come before input. Answers the status and
 * what it returned.
 */
export async function run(
  { id, page }: StaffAction,
  person: Person | null,
  people: People,
  { fields = {}, url = shared().url }: Filled = {},
) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.set(`_1_${name}`, value);
  body.set("0", '[{"fields":{},"values":{}},"$K1"]');
  const response = await fetch(url + filledIn(page, people), {
    method: "POST",
    headers: {
      Accept: "text/x-component",
      "Next-Action": id,
      Origin: url,
      "X-Forwarded-For": randomAddress(),
      ...(person && { Cookie: person.cookie }),
    },
    body,
    redirect: "manual",
  });
  const text = await response.text();
  const [, json] = /^1:(.*)$/m.exec(text) ?? [];
  return { status: response.status, returned: json === undefined || json.startsWith("E") ? undefined : JSON.parse(json), text };
}
