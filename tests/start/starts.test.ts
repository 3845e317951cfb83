import { execFileSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { isFree } from "../../scripts/ports";
import { call } from "../support/client";
import {
  allEnded,
  childrenOf,
  firstKey,
  healthStatus,
  keyIds,
  type Launched,
  launch,
  newFolder,
  postmasterOf,
  printedPassword,
} from "../support/launch";
import { migratedFolder } from "../support/migrated";
import { until } from "../support/server";

const SECRETS = [
  "ADMIN_API_SECRET",
  "BETTER_AUTH_SECRET",
  "FEED_SIGNING_KEY",
  "KEY_HASH_SECRET",
  "POSTGRES_PASSWORD",
  "POSTGRES_SUPERUSER_PASSWORD",
  "SERVICE_API_SECRET",
  "USAGE_WEBHOOK_SECRET",
];

function readSecrets(folder: string): string[] {
  return SECRETS.map((name) => fs.readFileSync(path.join(folder, "secrets", name), "utf8"));
}

describe("a start in an empty folder", () => {
  let started: Launched;
  let keyId: number;

  beforeAll(async () => {
    // Two folders deep, with a name that a shell would split and fill in: both must be made and quoted.
    started = await launch({ dataDirectory: path.join(newFolder(), 'it\'s "$HOME" `ü`; & %s', "here") });
    await started.ready();
  });

  test("makes secrets that only their owner can read", async () => {
    const folder = path.join(started.dataDirectory, "secrets");
    const shown = path.join(folder, "FIRST_ADMIN_PASSWORD");
    await until(() => !fs.existsSync(shown), "the first password is forgotten, once it was shown");
    expect(fs.readdirSync(folder).sort()).toStrictEqual(SECRETS);
    expect(fs.statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of SECRETS) expect(fs.statSync(path.join(folder, name)).mode & 0o777).toBe(0o600);
    expect(new Set(readSecrets(started.dataDirectory)).size).toBe(SECRETS.length);
  });

  test("migrates the database", async () => {
    const { status, body } = await call("/api/health", {}, started.url);
    expect(status).toBe(200);
    expect(body).toStrictEqual({
      status: "ok",
      version: "0.1.0",
      commit: expect.stringMatching(/^([0-9a-f]{40}|unknown)$/),
      database: "ok",
      migrations: "current",
      started_at: expect.stringMatching(/Z$/),
    });
  });

  test("prints the administrator's password, with which one can sign in", async () => {
    const password = printedPassword(started.output());
    expect(password).toMatch(/^[\w-]{20}$/);
    const answer = await call("/api/auth/login/", { body: { email: "admin@latchkey.local", password } }, started.url);
    expect(answer.status).toBe(200);
    expect(answer.body.user).toMatchObject({ email: "admin@latchkey.local", is_staff: true });
  });

  test("prints a curl that makes a key when it is pasted into a shell", async () => {
    keyId = await firstKey(started);
    expect(await keyIds(started)).toStrictEqual([keyId]);
  });

  test("ends at SIGTERM with PostgreSQL, and starts again with the same secrets and keys and no password", async () => {
    const secrets = readSecrets(started.dataDirectory);
    expect(await started.stop("SIGTERM")).toBe(0);
    await allEnded(started.dataDirectory);
    expect(await isFree(started.port)).toBe(true);

    started = await launch({ dataDirectory: started.dataDirectory, port: started.port });
    await started.ready();
    expect(printedPassword(started.output())).toBeUndefined();
    expect(started.output()).toContain("Password        shown when it was made");
    expect(readSecrets(started.dataDirectory)).toStrictEqual(secrets);
    expect(await keyIds(started)).toStrictEqual([keyId]);
  });

  test("ends at SIGINT even while a client keeps a request open", async () => {
    const socket = net.connect(started.port, "127.0.0.1");
    socket.on("error", () => {});
    await new Promise((resolve) => socket.once("connect", resolve));
    socket.write(
      "POST /api/auth/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
    );
    // An answer on another connection: by now the server reads the one above too.
    expect(await healthStatus(started.url)).toBe(200);
    expect(await started.stop("SIGINT")).toBe(0);
    await allEnded(started.dataDirectory);
    socket.destroy();
  });

  test("ends with npm, which keeps SIGTERM from what it runs", async () => {
    started = await launch({ dataDirectory: started.dataDirectory, port: started.port, isByNpm: true });
    await started.ready();
    await started.stop("SIGTERM");
    expect(started.output()).toContain('"msg":"stopped"');
    await allEnded(started.dataDirectory);
  });

  test("leaves git nothing to add", () => {
    const status = execFileSync("git", ["status", "--porcelain", "--", ".data", ".next", "prisma/generated", "node_modules"]);
    expect(status.toString()).toBe("");
  });
});

describe("after kill -9", () => {
  let started: Launched;
  let keyId: number;
  const startAgain = async () => {
    started = await launch({ dataDirectory: started.dataDirectory, port: started.port });
    await started.ready();
    expect(await keyIds(started)).toStrictEqual([keyId]);
  };

  beforeAll(async () => {
    started = await launch({ dataDirectory: await migratedFolder() });
    await started.ready();
    keyId = await firstKey(started);
  });

  test("of PostgreSQL, it comes back under the running server", async () => {
    const postmaster = postmasterOf(started.dataDirectory);
    process.kill(postmaster, "SIGKILL");
    await until(() => started.output().includes("PostgreSQL stopped; starting it again…"), "the loss to be seen");
    // Its file is away for a moment.
    const isAnother = () => {
      try {
        return postmasterOf(started.dataDirectory) !== postmaster;
      } catch {
        return false;
      }
    };
    await until(isAnother, "another one");
    await until(async () => (await healthStatus(started.url)) === 200, "the server to be healthy");
    expect(await keyIds(started)).toStrictEqual([keyId]);
  });

  test("of the server, the start ends, says so, and the next one has every key", async () => {
    const [server] = childrenOf(started.process.pid ?? 0);
    process.kill(server ?? 0, "SIGKILL");
    expect(await started.ended()).toBe(1);
    expect(started.output()).toContain("\nThe server stopped unexpectedly (SIGKILL). Start it again with: npm start\n");
    await allEnded(started.dataDirectory);
    await startAgain();
  });

  test("of the start itself, the server frees its port and the next one has every key", async () => {
    expect(await started.stop("SIGKILL")).toBeNull();
    await until(() => isFree(started.port), "the port to be free");
    await startAgain();
  });

  test("of the start and PostgreSQL together, the next one has every key", async () => {
    process.kill(postmasterOf(started.dataDirectory), "SIGKILL");
    await started.stop("SIGKILL");
    await until(() => isFree(started.port), "the port to be free");
    await startAgain();
  });

  test("of a start that had taken the lock, the next one takes it over, whoever has its number now", async () => {
    await started.stop();
    const lock = path.join(started.dataDirectory, "start.lock");
    fs.writeFileSync(lock, String(process.pid));
    fs.utimesSync(lock, 0, 0);
    await startAgain();
    await started.stop();
    expect(fs.existsSync(lock)).toBe(false);
  });

  test("of a first start before it printed the password, the next one prints it", async () => {
    const folder = newFolder();
    const first = await launch({ dataDirectory: folder });
    await until(() => fs.existsSync(path.join(folder, "secrets", "FIRST_ADMIN_PASSWORD")), "the password to be chosen");
    await first.stop("SIGKILL");
    expect(printedPassword(first.output())).toBeUndefined();
    // Its server, if it came so far, ends by itself.
    await until(() => isFree(first.port), "the port to be free");

    const second = await launch({ dataDirectory: folder });
    await second.ready();
    const password = printedPassword(second.output());
    const answer = await call("/api/auth/login/", { body: { email: "admin@latchkey.local", password } }, second.url);
    expect(answer.status).toBe(200);
    expect(fs.readdirSync(path.join(folder, "secrets")).sort()).toStrictEqual(SECRETS);
    await second.stop();
  });
});

test("a start that is stopped while it prepares leaves nothing running", async () => {
  const started = await launch();
  await until(() => started.output().includes("Creating the database…"), "the database to be made");
  expect(await started.stop("SIGTERM")).toBe(0);
  expect(started.output()).not.toContain("Latchkey runs at");
  await allEnded(started.dataDirectory);
});

describe("two starts in one folder at once", () => {
  test("both work, and stopping one leaves the other its database", async () => {
    const folder = newFolder();
    const both = await Promise.all([launch({ dataDirectory: folder }), launch({ dataDirectory: folder })]);
    await Promise.all(both.map((one) => one.ready()));
    expect(both.filter((one) => printedPassword(one.output())).length).toBe(1);
    const [one, other] = both;
    if (!one || !other) throw new Error("two were started");
    const keyId = await firstKey(one);
    expect(await keyIds(other)).toStrictEqual([keyId]);

    const postmaster = postmasterOf(folder);
    expect(await one.stop()).toBe(0);
    const migrate = await launch({ command: "migrate", dataDirectory: folder });
    expect(await migrate.ended()).toBe(0);
    expect(postmasterOf(folder)).toBe(postmaster);
    expect(await keyIds(other)).toStrictEqual([keyId]);

    expect(await other.stop()).toBe(0);
    await allEnded(folder);
  });
});
