import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, call, query, randomAddress, randomEmail, shared } from "../support/client";
import { newUser } from "../support/people";
import { startServer, type TestServer, until } from "../support/server";

const LIMIT = 3;

/** Two instances on one database: what one counts, the other knows. */
let servers: TestServer[];
beforeAll(async () => {
  const settings = { ...shared().settings, AUTH_RATE_LIMIT_PER_MINUTE: String(LIMIT), APP_URL: shared().url };
  servers = await Promise.all([startServer(settings), startServer(settings)]);
});
afterAll(() => Promise.all(servers.map((server) => server.stop("SIGKILL"))));

const url = (instance: number) => servers[instance % servers.length]?.url ?? "";
const login = (instance: number, email: string, address: string) => {
  const options = { body: { email, password: "wrong password" }, headers: { "X-Forwarded-For": address } };
  return call("/api/auth/login/", options, url(instance));
};

function expectThrottled(answer: Answer): void {
  expect(answer.status).toBe(429);
  const seconds = Number(answer.headers.get("retry-after"));
  expect(Number.isInteger(seconds) && seconds >= 1 && seconds <= 60).toBe(true);
  const message = `Too many attempts. Try again in ${seconds} seconds.`;
  expect(answer.body).toStrictEqual({ message, detail: message, code: "too_many_requests" });
}

describe("Sign-in is throttled", () => {
  test("per network, across instances and accounts", async () => {
    const address = randomAddress();
    for (let attempt = 0; attempt < LIMIT; attempt += 1) expect((await login(attempt, randomEmail(), address)).status).toBe(400);
    expectThrottled(await login(0, randomEmail(), address));
    expectThrottled(await login(1, randomEmail(), address));
    expect((await login(0, randomEmail(), randomAddress())).status).toBe(400);
  });

  test("per /64 of IPv6, however it is spelled, and ten times as much per /48", async () => {
    const site = `2001:db8:${randomBytes(2).toString("hex")}`;
    const spellings = [`${site}:1::1`, `${site.toUpperCase()}:0001:ABCD:0:0:9`, `[${site}:1::2]:4711`];
    for (const [attempt, spelled] of spellings.entries()) expect((await login(attempt, randomEmail(), spelled)).status).toBe(400);
    expectThrottled(await login(0, randomEmail(), `${site}:1:ffff::1`));
    const rest = Array.from({ length: 9 * LIMIT }, (_, index) => `${site}:${(index + 2).toString(16)}::1`);
    const answers = await Promise.all(rest.map((address, index) => login(index, randomEmail(), address)));
    expect(new Set(answers.map(({ status }) => status))).toStrictEqual(new Set([400]));
    expectThrottled(await login(0, randomEmail(), `${site}:ffff::1`));
    const other = site.replace(/.$/, (digit) => (digit === "0" ? "1" : "0"));
    expect((await login(0, randomEmail(), `${other}:1::1`)).status).toBe(400);
  });

  test("as one address where one of IPv4 is written within one of IPv6", async () => {
    const address = randomAddress();
    const spellings = [`::ffff:${address}`, `0:0:0:0:0:FFFF:${address}`, `[::ffff:${address}]:80`];
    for (const [attempt, spelled] of spellings.entries()) expect((await login(attempt, randomEmail(), spelled)).status).toBe(400);
    expectThrottled(await login(0, randomEmail(), address));
  });

  test("but the right password is not counted, nor what is refused before it is looked at", async () => {
    const address = randomAddress();
    const headers = { "X-Forwarded-For": address };
    const people = await Promise.all(Array.from({ length: LIMIT + 1 }, newUser));
    for (const [attempt, { email, password }] of people.entries())
      expect((await call("/api/auth/login/", { body: { email, password }, headers }, url(attempt))).status).toBe(200);
    for (const body of [{ email: randomEmail() }, { password: "a" }, {}, { email: 1, password: [] }])
      expect((await call("/api/auth/login/", { body, headers }, url(0))).status).toBe(400);
    for (let attempt = 0; attempt < LIMIT; attempt += 1) expect((await login(attempt, randomEmail(), address)).status).toBe(400);
    expectThrottled(await login(0, randomEmail(), address));
  });

  test("per account, across instances, networks and the case of the letters, for those that it does not know", async () => {
    const { email, password } = await newUser();
    const written = (index: number) => (index % 2 === 0 ? email : ` ${email.toUpperCase()}`);
    const guesses = Array.from({ length: 5 * LIMIT }, (_, index) => login(index, written(index), randomAddress()));
    expect(new Set((await Promise.all(guesses)).map(({ status }) => status))).toStrictEqual(new Set([400]));
    expectThrottled(await login(0, email, randomAddress()));
    // The right password as well, without saying so.
    expectThrottled(await call("/api/auth/login/", { body: { email, password } }, url(1)));
  });

  test("counting every one of many attempts at once", async () => {
    const address = randomAddress();
    const answers = await Promise.all(Array.from({ length: 4 * LIMIT }, (_, index) => login(index, randomEmail(), address)));
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(LIMIT);
    for (const answer of answers.filter(({ status }) => status !== 400)) expectThrottled(answer);
  });

  test("by the address a trusted proxy saw, whatever the client wrote in front of it", async () => {
    const address = randomAddress();
    for (let attempt = 0; attempt < LIMIT; attempt += 1) await login(0, randomEmail(), `${randomAddress()}, ${address}`);
    expectThrottled(await login(0, randomEmail(), `${randomAddress()}, ${address}`));
  });

  test("until its minute is over", async () => {
    const address = randomAddress();
    for (let attempt = 0; attempt < LIMIT; attempt += 1) await login(0, randomEmail(), address);
    expectThrottled(await login(0, randomEmail(), address));
    await query("UPDATE rate_limits SET expire = 1 WHERE key LIKE $1", [`%network:${address}`]);
    for (const instance of [0, 1]) expect((await login(instance, randomEmail(), address)).status).toBe(400);
  });
});

describe("Throttled as well", () => {
  test("registration, also for bodies that are not valid", async () => {
    const headers = { "X-Forwarded-For": randomAddress() };
    for (let attempt = 0; attempt < LIMIT; attempt += 1)
      expect((await call("/api/auth/register/", { body: {}, headers }, url(attempt))).status).toBe(400);
    expectThrottled(await call("/api/auth/register/", { body: {}, headers }, url(0)));
  });

  test.each<[string, Record<string, unknown>]>([
    ["/api/auth/forgot-password/", {}],
    ["/api/auth/password/reset/confirm/", { token: "guess", new_password: "a long sentence" }],
  ])("%s, by address", async (path, body) => {
    const options = { body, headers: { "X-Forwarded-For": randomAddress() } };
    for (let attempt = 0; attempt < LIMIT; attempt += 1) expect((await call(path, options, url(attempt))).status).toBe(400);
    expectThrottled(await call(path, options, url(0)));
  });

  test("registration from one /64, whoever registers, and from its /48", async () => {
    const site = `2001:db8:${randomBytes(2).toString("hex")}`;
    const register = (instance: number, address: string) =>
      call("/api/auth/register/", { body: {}, headers: { "X-Forwarded-For": address } }, url(instance));
    for (let attempt = 0; attempt < LIMIT; attempt += 1)
      expect((await register(attempt, `${site}:1::${attempt}`)).status).toBe(400);
    expectThrottled(await register(0, `${site}:1::99`));
    for (let attempt = LIMIT; attempt < 10 * LIMIT; attempt += 1) await register(attempt, `${site}:${attempt}::1`);
    expectThrottled(await register(0, `${site}:ffff::1`));
  });

  test("the portal's own sign-in, together with the Mifumo route", async () => {
    const address = randomAddress();
    const headers = { "X-Forwarded-For": address, Origin: url(0) };
    for (let attempt = 0; attempt < LIMIT; attempt += 1) await login(0, randomEmail(), address);
    const body = { email: randomEmail(), password: "wrong password" };
    const answer = await call("/api/auth/sign-in/email", { body, headers }, url(0));
    expect(answer.status).toBe(429);
    expect(answer.headers.get("retry-after")).toMatch(/^\d+$/);
    expect(answer.body).toStrictEqual({ success: false, message: expect.any(String), error_code: "TOO_MANY_REQUESTS" });
  });

  test("but not the use of keys and tokens", async () => {
    const user = await newUser();
    const headers = { "X-Forwarded-For": randomAddress() };
    for (let attempt = 0; attempt < 3 * LIMIT; attempt += 1) {
      expect((await call("/api/auth/settings/", { token: user.access, headers }, url(0))).status).toBe(200);
      const refresh = await call("/api/auth/token/refresh/", { body: { refresh: user.refresh }, headers }, url(0));
      expect(refresh.status).toBe(200);
    }
  });
});

test("A proxy that keeps clients' addresses to itself is told of in the log, once", async () => {
  const told = () => servers[0]?.output().match(/"level":"warn".*let it set X-Forwarded-For/g) ?? [];
  const ask = (headers: Record<string, string>) =>
    call("/api/health", { headers: { "X-Forwarded-Proto": "https", ...headers } }, url(0));
  await ask({ "X-Forwarded-For": randomAddress() });
  expect(told()).toHaveLength(0);
  await ask({ "X-Forwarded-For": "" });
  await ask({ "X-Forwarded-For": "" });
  await until(() => told().length > 0, "the warning");
  expect(told()).toHaveLength(1);
});
