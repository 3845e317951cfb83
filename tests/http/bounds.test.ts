import { randomUUID } from "node:crypto";
import net from "node:net";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { call, newKey, query, shared } from "../support/client";
import { newUser } from "../support/people";
import { queueBehind } from "../support/races";
import { startServer, type TestServer, until } from "../support/server";
import { report } from "../support/usage";

let server: TestServer;

beforeAll(async () => {
  server = await startServer({
    ...shared().settings,
    APP_URL: shared().url,
    REQUEST_TIMEOUT_MS: "3000",
    DATABASE_LOCK_TIMEOUT_MS: "6000",
  });
  // What answers reports is loaded by the first one.
  await report({}, {}, server.url);
});
afterAll(() => server.stop("SIGKILL"));

/** Runs `work` while somebody else holds the user's row, who lets go when `isOver` for those who wait. */
async function whileHeld<Result>(
  user: { id: string },
  work: () => Promise<Result>,
  isOver: (waiting: () => Promise<Waiting>) => Promise<boolean>,
): Promise<Result> {
  const other = new pg.Client({ connectionString: shared().settings.DATABASE_URL });
  await other.connect();
  await other.query("BEGIN");
  const [own] = (await other.query<{ pid: number }>("SELECT pg_backend_pid() AS pid")).rows;
  await other.query("SELECT 1 FROM users WHERE id = $1 FOR UPDATE", [user.id]);
  const result = work();
  await until(() => isOver(() => queueBehind(own?.pid ?? 0, query)), "others to wait").finally(() => other.end());
  return result;
}

type Waiting = Awaited<ReturnType<typeof queueBehind>>;

/** Longer than a request may take. */
const isLong = async (waiting: () => Promise<Waiting>) => (await waiting()).seconds > 3.1;

test("a request that has had its time does nothing more: a report is refused whole, and counts when it is sent again", async () => {
  const user = await newUser();
  const { api_key: apiKey } = await newKey(user);
  const id = randomUUID();
  const send = () => report({ apiKey, delta: 3 }, { id }, server.url);
  const answer = await whileHeld(user, send, isLong);
  expect([answer.status, answer.headers.get("retry-after"), answer.body]).toStrictEqual([
    503,
    "5",
    { error: "Temporarily unavailable. Try again shortly.", request_id: expect.any(String) },
  ]);
  expect((await query("SELECT 1 FROM usage_events WHERE event_id = $1", [id])).length).toBe(0);
  expect((await send()).body).toStrictEqual({ ok: true });
  expect((await query("SELECT 1 FROM usage_events WHERE event_id = $1", [id])).length).toBe(1);
});

test("reports of one owner whose row is held keep few connections, and nobody else waits for them", async () => {
  const [held, other] = [await newUser(), await newUser()];
  const [{ api_key: heldKey }, { api_key: otherKey }] = [await newKey(held), await newKey(other)];
  const token = shared().settings.SERVICE_API_SECRET ?? "";
  const answers = await whileHeld(
    held,
    () => Promise.all(Array.from({ length: 60 }, () => report({ apiKey: heldKey, delta: 1 }, {}, server.url))),
    async (waiting) => {
      if ((await waiting()).count === 0) return false;
      const others = await Promise.all([
        report({ apiKey: otherKey, delta: 1 }, {}, server.url),
        call("/api/keys/verify", { token, body: { key: heldKey } }, server.url),
        call("/api/auth/settings/", { token: other.access }, server.url),
        call("/api/health", {}, server.url),
      ]);
      expect(others.map(({ status }) => status)).toStrictEqual([200, 200, 200, 200]);
      expect((await waiting()).count).toBeLessThanOrEqual(2);
      return isLong(waiting);
    },
  );
  // Those that had had their time when the row was free were refused; what came last may still have been in time.
  const late = answers.filter(({ status }) => status === 503);
  expect(late.length).toBeGreaterThanOrEqual(2);
  for (const { headers } of late) expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  expect(answers.filter(({ status }) => status !== 200 && status !== 503)).toStrictEqual([]);
});

const POST = (length: string) =>
  `POST /api/auth/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${length}\r\n\r\n`;
const FORM =
  "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=XX\r\nContent-Length: 9999\r\n\r\n";

test("a request of which a byte comes now and then is given up soon after its time", async () => {
  const drip = async (beginning: string, drop: string) => {
    const socket = net.connect(server.port, "127.0.0.1");
    socket.write(beginning);
    let drops = 0;
    const dripping = setInterval(() => {
      drops += 1;
      if (socket.writable) socket.write(drop);
    }, 250);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk);
    clearInterval(dripping);
    expect([beginning, Buffer.concat(chunks).toString().split("\r\n", 1)[0]]).toStrictEqual([
      beginning,
      "HTTP/1.1 408 Request Timeout",
    ]);
    // Node by itself would look for it after 30 seconds.
    expect(drops).toBeLessThan(80);
  };
  await Promise.all([
    drip("", ""),
    drip("GET /", "a"),
    drip("GET /api/health HTTP/1.1\r\nHost: localhost\r\nX-Long: ", "a"),
    drip(`${POST("Content-Length: 9999")}{`, " "),
    drip(POST("Transfer-Encoding: chunked"), "1\r\n \r\n"),
    drip(`${FORM}--XX\r\n`, "-"),
  ]);
});
