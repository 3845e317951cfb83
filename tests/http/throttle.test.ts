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
afterAll(() => Promise.all(servers.map((server) => server.stop())));

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
  test("per address, across instances and accounts", async () => {
    const address = randomAddress();
    for (let attempt = 0; attempt < LIMIT; attempt += 1) expect((await login(attempt, randomEmail(), address)).status).toBe(400);
    expectThrottled(await login(0, randomEmail(), address));
    expectThrottled(await login(1, randomEmail(), address));
    expect((await login(0, randomEmail(), randomAddress())).status).toBe(400);
  });

  test("per account, across instances, addresses and the case of the letters", async () => {
    const email = randomEmail();
    for (let attempt = 0; attempt < LIMIT; attempt += 1) expect((await login(attempt, email, randomAddress())).status).toBe(400);
    expectThrottled(await login(0, email, randomAddress()));
    expectThrottled(await login(1, ` ${email.toUpperCase()}`, randomAddress()));
  });

  test("for the right password too, and without saying so", async () => {
    const { email, password } = await newUser();
    for (let attempt = 0; attempt < LIMIT; attempt += 1) await login(attempt, email, randomAddress());
    expectThrottled(await call("/api/auth/login/", { body: { email, password } }, url(0)));
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
    for (let attempt = 0; attempt <= LIMIT; attempt += 1) await login(0, randomEmail(), address);
    await query("UPDATE rate_limits SET expire = 1 WHERE key LIKE $1", [`%address:${address}`]);
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

  test("guesses of the old password where it is changed, by the account", async () => {
    const { access: token } = await newUser();
    const body = { old_password: "guess", new_password: "a long sentence" };
    const guess = (instance: number) => call("/api/auth/password/change/", { token, body }, url(instance));
    for (let attempt = 0; attempt < LIMIT; attempt += 1) expect((await guess(attempt)).status).toBe(400);
    expectThrottled(await guess(0));
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
