import { afterAll, beforeAll, expect, test } from "vitest";
import { secretId } from "../../lib/verification/hash-secrets";
import { call, newKey, shared, type TestKey } from "../support/client";
import { registerOverHttp, type TestUser } from "../support/people";
import { type ScratchDatabase, scratchDatabase } from "../support/scratch-database";
import { deploymentSettings, randomSecret, startServer, type TestServer, until } from "../support/server";

// The steps of docs/deploy.md, taken by one instance after the other on one database.

const [FORMER, PRESENT] = [randomSecret(), randomSecret()];
const STEPS = {
  before: { KEY_HASH_SECRET: FORMER },
  announced: { KEY_HASH_SECRET: FORMER, KEY_HASH_SECRET_NEXT: PRESENT },
  rotating: { KEY_HASH_SECRET: PRESENT, KEY_HASH_SECRET_PREVIOUS: FORMER },
  after: { KEY_HASH_SECRET: PRESENT },
};

let database: ScratchDatabase;
let settings: Record<string, string>;
let user: TestUser;
let running: TestServer[] = [];
/** All that callers have in use: of a pair, with its secret. */
const used: { key: string; secret?: string }[] = [];
const answers = new Map<string, number>();

beforeAll(async () => {
  database = await scratchDatabase();
  settings = { ...deploymentSettings(database.url), APP_URL: shared().url };
});
afterAll(async () => {
  await Promise.all(running.map((server) => server.stop("SIGKILL")));
  await database.drop();
});

async function bringUp(step: keyof typeof STEPS): Promise<void> {
  running.push(await startServer({ ...settings, ...STEPS[step] }));
}

async function takeDown(): Promise<void> {
  await running.shift()?.stop();
}

async function verifyOn({ url }: TestServer, body: object): Promise<void> {
  const { body: verdict } = await call("/api/keys/verify", { token: settings.SERVICE_API_SECRET ?? "", body }, url);
  for (const { code } of verdict.results ?? [verdict]) answers.set(code, (answers.get(code) ?? 0) + 1);
}

/** Each by itself and all at once, on every instance that runs, at the same time. */
async function verifyAll(): Promise<void> {
  await Promise.all(running.flatMap((server) => [...used, { keys: used }].map((body) => verifyOn(server, body))));
}

async function makeOn({ url }: TestServer, name: string): Promise<TestKey> {
  return newKey(user, { key_name: name }, url);
}

const use = ({ api_key, secret_key }: TestKey) => used.push({ key: api_key, secret: secret_key });

/** How many hashes are under each secret, as their rows say. */
async function countUnder(secret: string): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    `SELECT count(*)::int FROM (
       SELECT unnest(ARRAY[credential_hashed_under, secret_hashed_under]) AS under FROM api_keys
       UNION ALL SELECT unnest(ARRAY[credential_hashed_under, secret_hashed_under]) FROM replaced_credentials
     ) hashes WHERE under = $1`,
    [secretId(secret)],
  );
  return row?.count ?? -1;
}

async function regenerateOn({ url }: TestServer, { id }: TestKey): Promise<TestKey> {
  const path = `/api/auth/keys/${id}/regenerate/`;
  return (await call(path, { token: user.access, body: { grace_seconds: 3600 } }, url)).body.data;
}

test("KEY_HASH_SECRET is rotated instance by instance, and at no step is a key refused that is in use", {
  timeout: 180_000,
}, async () => {
  await bringUp("before");
  const [first] = running as [TestServer];
  user = await registerOverHttp(first.url);
  const [replaced, unused] = [await makeOn(first, "Replaced"), await makeOn(first, "Unused")];
  for (const name of ["One", "Two"]) use(await makeOn(first, name));
  use(replaced);
  use(await regenerateOn(first, replaced));
  await verifyAll();

  for (const step of ["announced", "rotating"] as const) {
    await bringUp(step);
    for (const server of running) use(await makeOn(server, `Made beside ${step}`));
    // Whoever runs next to an instance that moves keys finds them before, while and after it does.
    const isSettled = async () => step === "announced" || (await countUnder(FORMER)) === 2;
    do await verifyAll();
    while (!(await isSettled()));
    await verifyAll();
    await takeDown();
  }

  // Of the key that nobody uses two are left, its credential and its secret; nothing that is made adds to them.
  const [rotating] = running as [TestServer];
  const made = await makeOn(rotating, "Made while rotating");
  use(made);
  use(await regenerateOn(rotating, made));
  await verifyAll();
  expect(await countUnder(FORMER)).toBe(2);

  await bringUp("after");
  await verifyAll();
  const warning = /"keys":1,"msg":"keys are refused, because the KEY_HASH_SECRET that they had is not set/;
  await until(() => warning.test(running[1]?.output() ?? ""), "the warning of a key that is lost");
  expect(rotating.output()).not.toMatch(/keys are refused/);
  await takeDown();
  await verifyAll();
  expect([...answers.keys()]).toStrictEqual(["VALID"]);
  await verifyOn(running[0] as TestServer, { key: unused.api_key });
  expect([...answers.keys()]).toStrictEqual(["VALID", "NOT_FOUND"]);
});

test("An instance that goes back a step finds what was moved, and moves nothing back", async () => {
  await bringUp("announced");
  await takeDown();
  const before = await countUnder(PRESENT);
  answers.clear();
  await verifyAll();
  // Stopping writes what was still to be written.
  await takeDown();
  running = [];
  expect([...answers.keys()]).toStrictEqual(["VALID"]);
  expect([await countUnder(PRESENT), await countUnder(FORMER)]).toStrictEqual([before, 2]);
});
