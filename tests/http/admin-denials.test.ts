import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { PASSWORD_NEEDED } from "@/lib/values/fresh";
import { query } from "../support/client";
import {
  type Action,
  assemblePeople,
  filledIn,
  open,
  type People,
  type Person,
  run,
  staffActions,
  staffAddresses,
  uploadFile,
} from "../support/doors";

/** What a session may do that is older: become fresh again, and look something up. */
const FOR_STALE_SESSIONS = ["confirmPasswordAction", "isConfirmedAction", "findOwnersAction", "recentCallsOfAnyAction"];

/** What these answer to others: no person, no count, not confirmed. */
const NOTHING = new Set(["null", "[]", "false"]);

let people: People;

beforeAll(async () => {
  people = await assemblePeople();
});

/** Those to whom there are no pages of staff. */
function strangers(): [string, Person | null][] {
  const { plain, banned, demoted } = people;
  return Object.entries({ "signed out": null, "a plain user": plain, "a banned admin": banned, "a demoted admin": demoted });
}

/** By the build's own lists: a page, export or action that is added is tried without being named here. */
const [PAGES, ROUTES, ACTIONS] = [staffAddresses("page"), staffAddresses("route"), staffActions()];
const UPLOAD = "/admin/import/upload";
const EXPORTS = ROUTES.filter((address) => address !== UPLOAD);

test("the build's lists are read: what is known to be there is in them", () => {
  expect(PAGES).toEqual(expect.arrayContaining(["/admin", "/admin/audit", "/admin/confirm"]));
  expect(ROUTES).toEqual(expect.arrayContaining(["/admin/audit/export", UPLOAD]));
  expect(ACTIONS.map(({ name }) => name)).toEqual(expect.arrayContaining(["confirmPasswordAction", "isConfirmedAction"]));
});

describe.each(PAGES)("the page %s", (page) => {
  test("is the 404 page to everyone but administrators", async () => {
    for (const [who, person] of strangers()) {
      const answer = await open(filledIn(page, people), person);
      const html = await answer.text();
      expect([who, answer.status]).toStrictEqual([who, 404]);
      expect(html).toContain("There is no such page");
      expect(html).not.toMatch(/href="\/admin|aria-label="Admin"/);
    }
  });

  test("is shown to administrators, also when the password was given long ago", async () => {
    for (const person of [people.stale, people.fresh]) {
      const answer = await open(filledIn(page, people), person);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain('aria-label="Admin"');
      expect(answer.headers.get("cache-control")).toContain("no-store");
    }
  });
});

test("what asks for the password says nothing of when it was given that is not true of everybody", async () => {
  for (const person of [people.stale, people.fresh]) {
    const html = await (await open("/admin/confirm", person)).text();
    expect(html).toContain("Confirm it is you");
    expect(html).toContain(PASSWORD_NEEDED);
    expect(html).not.toMatch(/minutes ago/);
  }
});

describe.each(EXPORTS)("the export %s", (address) => {
  test("is not there for anyone but administrators", async () => {
    for (const [who, person] of strangers()) {
      const answer = await open(filledIn(address, people), person);
      expect([who, answer.status]).toStrictEqual([who, 404]);
      expect(await answer.text()).not.toContain(",");
    }
  });

  test("asks for the password first when it was given long ago, and comes back", async () => {
    const path = filledIn(address, people);
    const answer = await open(path, people.stale);
    expect(answer.status).toBe(307);
    expect(answer.headers.get("location")).toBe(`/admin/confirm?next=${encodeURIComponent(path)}`);
  });

  test("is a file for administrators", async () => {
    const answer = await open(filledIn(address, people), people.fresh);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(answer.headers.get("content-disposition")).toMatch(/^attachment; filename="latchkey-[a-z0-9-]+\.csv"$/);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect((await answer.text()).split("\r\n").length).toBeGreaterThan(1);
  });
});

describe("a file to be imported", () => {
  const content = JSON.stringify({ type: "user", id: randomUUID(), email: `${randomUUID()}@example.com` });
  const keptBy = async ({ user }: Person) => (await query("SELECT 1 FROM import_files WHERE user_id = $1", [user.id])).length;

  test("is taken from nobody but administrators", async () => {
    for (const [who, person] of strangers()) {
      expect([who, (await uploadFile(person, content)).status]).toStrictEqual([who, 404]);
      if (person) expect([who, await keptBy(person)]).toStrictEqual([who, 0]);
    }
  });

  test("is looked at by whoever sent it, and by no other administrator", async () => {
    const { status, id } = await uploadFile(people.stale, content);
    expect(status).toBe(200);
    expect(await keptBy(people.stale)).toBe(1);
    expect(await (await open(`/admin/import/${id}`, people.stale)).text()).toContain("people.ndjson");
    const others = await (await open(`/admin/import/${id}`, people.fresh)).text();
    expect(others).toContain("This file is not kept");
    expect(others).not.toContain("people.ndjson");
    const importFile = ACTIONS.find(({ name }) => name === "importFileAction") ?? { name: "", id: "", page: "" };
    const { returned } = await run(importFile, people.fresh, people, { fields: { file: id } });
    expect(returned).toMatchObject({ message: "This file is kept no longer. Upload it again." });
    const discardFile = ACTIONS.find(({ name }) => name === "discardFileAction") ?? { name: "", id: "", page: "" };
    await run(discardFile, people.fresh, people, { fields: { file: id } });
    expect(await keptBy(people.stale)).toBe(1);
  });

  test("is refused in words where it cannot be read", async () => {
    for (const [text, sentence] of [
      ["", "Choose a file that is not empty."],
      ["[]", "is a JSON array"],
      ["name;surname\n", "columns that are not known"],
      ["x".repeat(20 * 1024 * 1024 + 1), "A file may have 20 MB."],
    ] as const)
      expect((await uploadFile(people.fresh, text)).text).toContain(sentence);
    expect(await keptBy(people.fresh)).toBe(0);
  });

  test("and its source are both named where both are missing", async () => {
    const { text } = await uploadFile(people.fresh, "", "people.ndjson", "No Name");
    expect(Object.keys(JSON.parse(text).fields).sort()).toStrictEqual(["file", "source"]);
  });
});

describe.each(ACTIONS)("the action $name", (action: Action) => {
  test("is refused to everyone but administrators", async () => {
    for (const [who, person] of strangers()) {
      const { returned } = await run(action, person, people);
      // Whose session ended is told so; to any other it is not there.
      const sentence = person === null || person === people.banned ? "You are no longer signed in" : "Not found.";
      const isRefused = NOTHING.has(JSON.stringify(returned)) || returned?.message?.startsWith(sentence) === true;
      expect([who, isRefused, returned?.isDone]).toStrictEqual([who, true, undefined]);
    }
    // The control: to somebody else it is there.
    const { status, returned } = await run(action, people.fresh, people);
    expect(status).toBe(200);
    expect(returned?.message ?? "").not.toMatch(/^(Not found\.|You are no longer)/);
  });
});

describe.each(ACTIONS.filter(({ name }) => !FOR_STALE_SESSIONS.includes(name)))("the action $name", (action: Action) => {
  test("asks for the password first when it was given long ago", async () => {
    expect((await run(action, people.stale, people)).returned).toMatchObject({ needsPassword: true });
    expect((await run(action, people.fresh, people)).returned?.needsPassword).toBeUndefined();
  });
});

test("who is not there is told to administrators within their pages", async () => {
  for (const path of [`/admin/users/${randomUUID()}`, "/admin/users/nobody", "/admin/keys/0"]) {
    const answer = await open(path, people.fresh);
    expect([path, answer.status]).toStrictEqual([path, 404]);
    const html = await answer.text();
    expect(html).toContain("There is no such page");
    expect(html).toContain("Go to the overview");
  }
});

test("nothing that was refused left a trace of being done", async () => {
  const { plain, banned, demoted, stale } = people;
  const doneBy = (...refused: Person[]) =>
    query<{ action: string }>(
      "SELECT DISTINCT action FROM audit_entries WHERE actor_id = ANY($1::uuid[]) AND actor_kind = 'admin'",
      [refused.map(({ user }) => user.id)],
    ).then((rows) => rows.map(({ action }) => action));
  expect(await doneBy(plain, banned, demoted)).toStrictEqual([]);
  // Reading asks for no password.
  expect((await doneBy(stale)).filter((action) => action !== "user.viewed")).toStrictEqual([]);
});
