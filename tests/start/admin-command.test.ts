import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, call, newKey } from "../support/client";
import { cookieOf } from "../support/cookies";
import { allEnded, type Launched, launch, newFolder } from "../support/launch";
import { migratedFolder } from "../support/migrated";
import { registerOverHttp, type TestUser } from "../support/people";
import { postForm, readForm } from "../support/plain-form";
import { cleanEnvironment, randomSecret } from "../support/server";

type Ended = { status: number; output: string };

/** Runs `npm run admin -- …` for the portal of this folder. */
function admin(
  args: string[],
  { dataDirectory, port }: Pick<Launched, "dataDirectory" | "port">,
  settings: Record<string, string> = {},
): Promise<Ended> {
  const env = { ...cleanEnvironment(), DATA_DIR: dataDirectory, PORT: String(port), ...settings };
  const command = ["--conditions=react-server", "scripts/run.mjs", "admin", ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, command, { env }, (error, stdout, stderr) =>
      resolve({ status: error ? Number(error.code) : 0, output: stdout + stderr }),
    );
  });
}

let started: Launched;

beforeAll(async () => {
  started = await launch({ dataDirectory: await migratedFolder() });
  await started.ready();
});

afterAll(async () => {
  await started.stop();
});

function logIn({ email }: TestUser, password: string): Promise<Answer> {
  return call("/api/auth/login/", { body: { email, password } }, started.url);
}

async function auditPage({ email, password }: TestUser): Promise<{ status: number; html: string }> {
  const headers = { Origin: started.url };
  const answer = await call("/api/auth/sign-in/email", { body: { email, password }, headers }, started.url);
  const page = await fetch(`${started.url}/admin/audit`, { headers: { Cookie: cookieOf(answer) } });
  return { status: page.status, html: await page.text() };
}

describe("npm run admin", () => {
  test("grant makes an administrator while the portal runs, and says when there was nothing to do", async () => {
    const user = await registerOverHttp(started.url);
    expect((await auditPage(user)).status).toBe(404);
    const upperCase = user.email.toUpperCase();
    expect(await admin(["grant", upperCase], started)).toStrictEqual({
      status: 0,
      output: `${user.email} is an administrator now.\n`,
    });
    expect(await admin(["grant", user.email], started)).toStrictEqual({
      status: 0,
      output: `${user.email} is an administrator already.\n`,
    });
    const { status, html } = await auditPage(user);
    expect(status).toBe(200);
    // The word stands in the choice of actions too; each entry repeats it once.
    const times = (action: string) => html.split(`font-medium">${action}<`).length - 1;
    expect([times("Role changed"), times("Reset link issued")]).toStrictEqual([1, 0]);
  });

  test("reset-password prints a link that works once, and changes nothing by itself", async () => {
    const user = await registerOverHttp(started.url);
    const { status, output } = await admin(["reset-password", user.email], started);
    expect(status).toBe(0);
    const link = /^(.*) can choose a new password here\. The link works once, for one hour:\n(http:\S+)\n$/.exec(output);
    expect(link?.[1]).toBe(user.email);
    expect((await logIn(user, user.password)).status).toBe(200);

    const address = link?.[2] ?? "";
    const [form, late] = [await readForm(address), await readForm(address)];
    expect((await postForm(address, form, { password: "a sentence is good" })).status).toBe(303);
    expect([(await logIn(user, user.password)).status, (await logIn(user, "a sentence is good")).status]).toStrictEqual([
      400, 200,
    ]);
    expect((await postForm(address, late, { password: "another sentence" })).status).not.toBe(303);
    expect((await logIn(user, "another sentence")).status).toBe(400);

    expect((await admin(["grant", user.email], started)).status).toBe(0);
    const { html } = await auditPage({ ...user, password: "a sentence is good" });
    expect(html).toContain('font-medium">Reset link issued<');
    expect(html).not.toContain(new URL(address).searchParams.get("token") ?? "");
  });

  test("secrets says what is rotated and which keys need a former KEY_HASH_SECRET, for people and for programs", async () => {
    const user = await registerOverHttp(started.url);
    const { api_key } = await newKey(user, { key_name: "Till 4" }, started.url);
    const none = ["KEY_HASH_SECRET", "ADMIN_API_SECRET", "SERVICE_API_SECRET", "USAGE_WEBHOOK_SECRET", "FEED_SIGNING_KEY"].map(
      (name) => `${name.padEnd(22)}no former one\n`,
    );
    const nothing = `${none.join("")}\nKEY_HASH_SECRET is not being rotated.\n`;
    expect(await admin(["secrets"], started)).toStrictEqual({ status: 0, output: nothing });

    // As if it had been changed: what is there is under the former one.
    const former = fs.readFileSync(path.join(started.dataDirectory, "secrets", "KEY_HASH_SECRET"), "utf8").trim();
    const rotating = { KEY_HASH_SECRET: randomSecret(), KEY_HASH_SECRET_PREVIOUS: former };
    const { status, output } = await admin(["secrets", "--json"], started, rotating);
    expect(status).toBe(0);
    const { settings, counts, keys } = JSON.parse(output);
    expect(settings[0]).toStrictEqual({ name: "KEY_HASH_SECRET", hasPrevious: true });
    expect(counts).toStrictEqual({ isRotating: true, former: 1, secret: 0, lost: 0, services: 0, lostServices: 0 });
    const masked = `${api_key.slice(0, 14)}...`;
    expect(keys).toStrictEqual([{ kind: "former", email: user.email, name: "Till 4", lastUsedAt: null, masked }]);
    const { output: text } = await admin(["secrets"], started, rotating);
    expect(text).toContain(`\n  ${user.email}  Till 4  ${masked}  never used  `);
    expect(text).not.toContain(api_key);
    expect((await admin(["secrets", "everything"], started)).status).toBe(1);
  });

  test("doctor says what is to be mended and what to be looked at, for people and for programs, and shows no value", async () => {
    const guessed = `look at  APP_URL is not set, so links and tokens name http://localhost:${started.port}: set it where others use the portal.\n`;
    expect(await admin(["doctor"], started)).toStrictEqual({ status: 0, output: guessed });
    const APP_URL = "https://keys.example.com";
    const nothing = { status: 0, output: "Nothing to mend, nothing to look at.\n" };
    expect(await admin(["doctor"], started, { APP_URL })).toStrictEqual(nothing);

    const weak = {
      APP_URL,
      ADMIN_API_SECRET: "qzj",
      SERVICE_API_SECRET_PREVIOUS: "jzq",
      ALLOWED_ORIGINS: "https://*.vercel.app",
    };
    const { status, output } = await admin(["doctor", "--json"], started, weak);
    expect([status, JSON.parse(output)]).toStrictEqual([
      1,
      {
        problems: [expect.stringContaining("ADMIN_API_SECRET has fewer"), expect.stringContaining("ALLOWED_ORIGINS holds")],
        cautions: [expect.stringContaining("SERVICE_API_SECRET_PREVIOUS has fewer")],
      },
    ]);
    expect(output).not.toMatch(/qzj|jzq|vercel/);
    const text = await admin(["doctor"], started, weak);
    expect([text.status, text.output.split("\n").length]).toStrictEqual([1, 4]);
  });

  test("refuses in one sentence what it cannot do, and says what it can", async () => {
    const sentence = "\nThere is no user with the address nobody@example.com.\n";
    const [unknown, noAddress, noCommand] = await Promise.all(
      [
        ["grant", "nobody@example.com"],
        ["grant", "nobody"],
        ["revoke", "a@b.c"],
      ].map((args) => admin(args, started)),
    );
    expect(unknown).toStrictEqual({ status: 1, output: sentence });
    expect(await admin(["reset-password", "nobody@example.com"], started)).toStrictEqual({ status: 1, output: sentence });
    expect(noAddress).toStrictEqual({ status: 1, output: '\n"nobody" is not an e-mail address.\n' });
    expect(noCommand?.status).toBe(1);
    expect(noCommand?.output).toMatch(/^\nSay what to do, and for whom:\n {2}npm run admin -- grant EMAIL /);
  });

  test("works when the portal does not run, leaves nothing running, and says so where there is none yet", async () => {
    const user = await registerOverHttp(started.url);
    await started.stop();
    const nowhere = { dataDirectory: newFolder(), port: started.port };
    const [done, refused] = await Promise.all([admin(["grant", user.email], started), admin(["grant", user.email], nowhere)]);
    expect(done).toStrictEqual({ status: 0, output: `${user.email} is an administrator now.\n` });
    await allEnded(started.dataDirectory);
    expect(refused.status).toBe(1);
    const pending = await admin(["doctor"], nowhere);
    expect([pending.status, pending.output]).toStrictEqual([1, expect.stringMatching(/^mend {5}Migrations are pending: \d+_/)]);
    expect(refused.output).toMatch(/The database does not have the tables of this version\. Make them first: npm run migrate\n$/);
  });
});
