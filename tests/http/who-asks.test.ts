import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newKey, query, shared } from "../support/client";
import { newUser, signInByCookie, type TestUser } from "../support/people";
import { type Relay, startTcpRelay } from "../support/relay";
import { startServer, type TestServer } from "../support/server";

let relay: Relay;
let server: TestServer;
/** Every statement that reached the database. */
const statements: string[] = [];
let staff: TestUser;
let keyId: string;

beforeAll(async () => {
  const database = new URL(shared().settings.DATABASE_URL ?? "");
  relay = await startTcpRelay(database.host, (statement) => statements.push(statement));
  database.host = relay.address;
  server = await startServer({ ...shared().settings, DATABASE_URL: database.href });
  staff = await newUser();
  await query("UPDATE users SET role = 'admin' WHERE id = $1", [staff.id]);
  keyId = (await newKey(staff)).id;
});
afterAll(async () => {
  await server.stop("SIGKILL");
  await relay.stop();
});

const signIn = (person: TestUser) => signInByCookie(person, { address: server.url });

/** An answer's status, and the statements that were needed for it. */
async function ask(path: string, Cookie: string) {
  const before = statements.length;
  const answer = await fetch(server.url + path.replace("KEY", keyId), {
    headers: { Cookie },
    redirect: "manual",
  });
  await answer.text();
  const asked = statements.slice(before);
  return { status: answer.status, asked, ofPeople: asked.filter((statement) => /\b(users|sessions)\b/.test(statement)) };
}

describe("Who asks is one question to the database", () => {
  test.each([
    ["/keys", 200, 0],
    ["/keys/KEY", 200, 0],
    ["/usage", 200, 2], // the balance, and what it was after each entry
    ["/settings", 200, 3], // the profile, the sessions, the name of the account
    ["/", 200, 0],
    ["/docs", 200, 0],
    ["/sign-in", 307, 0],
    ["/usage/export", 200, 0],
    ["/admin", 200, 2], // how many there are, names in the log
    ["/admin/keys", 200, 1], // their owners
    ["/admin/users", 200, 2], // the list, how many there are
    ["/admin/audit", 200, 1], // names in the log
    ["/admin/services", 200, 1], // their owners
    ["/admin/confirm", 200, 0],
    ["/api/auth/settings/", 200, 1], // the name of the account
    ["/api/auth/profile/", 200, 1], // the profile
  ])("%s", async (path, status, others) => {
    const answer = await ask(path, await signIn(staff));
    expect(answer.status).toBe(status);
    expect(answer.ofPeople).toHaveLength(1 + others);
  });

  test("and none at all where no cookie is signed by us", async () => {
    const cookie = await signIn(staff);
    const forged = `${cookie.slice(0, -8)}AAAAAA%3D`;
    for (const sent of ["", forged, cookie.split(".").slice(0, 2).join("."), `__Secure-${cookie}`]) {
      expect(await ask("/keys", sent)).toStrictEqual({ status: 307, asked: [], ofPeople: [] });
    }
  });
});

describe("The session cookie on pages", () => {
  test("counts where it comes first, when a header has several of its name", async () => {
    const cookie = await signIn(staff);
    const ended = await signIn(staff);
    await query("DELETE FROM sessions WHERE token = $1", [/=([^.]*)/.exec(ended)?.[1]]);
    const statuses = [`${cookie}; ${ended}`, `${ended}; ${cookie}`, `a=b; "; ${cookie}`].map(async (sent) => ask("/keys", sent));
    expect((await Promise.all(statuses)).map(({ status }) => status)).toStrictEqual([200, 307, 200]);
  });

  test("says nothing to the pages of staff when its person is demoted, and nothing at all when they are banned", async () => {
    const person = await newUser();
    const cookie = await signIn(person);
    const statuses = async () => (await Promise.all(["/keys", "/admin"].map((path) => ask(path, cookie)))).map((a) => a.status);
    await query("UPDATE users SET role = 'admin' WHERE id = $1", [person.id]);
    expect(await statuses()).toStrictEqual([200, 200]);
    await query("UPDATE users SET role = 'user' WHERE id = $1", [person.id]);
    expect(await statuses()).toStrictEqual([200, 404]);
    await query("UPDATE users SET banned = true WHERE id = $1", [person.id]);
    expect(await statuses()).toStrictEqual([307, 404]);
  });
});
