import { expect, test } from "vitest";
import { allEnded, launch, newFolder, printedPassword } from "../support/launch";

const SMTP_URL = "smtp://mail.example:25";
const SENTENCE =
  "SMTP_URL is set and APP_URL is not, so links in mails would lead to localhost: set APP_URL to the address people use.";

const WEAK =
  "ADMIN_API_SECRET has fewer than 32 characters, so it could be guessed: make it anew, for example with openssl rand -hex 32.";

/** What the first page of staff says to whoever has this password. */
async function overviewOf(url: string, password: string): Promise<string> {
  const body = JSON.stringify({ email: "admin@latchkey.local", password });
  const headers = { "Content-Type": "application/json", Origin: url };
  const signedIn = await fetch(`${url}/api/auth/sign-in/email`, { method: "POST", headers, body });
  const Cookie = signedIn.headers.getSetCookie().map((cookie) => cookie.split(";", 1)[0]);
  return (await fetch(`${url}/admin`, { headers: { Cookie: Cookie.join("; ") } })).text();
}

test("settings that contradict each other stop the start of a new portal, and are told of by one in use", async () => {
  const dataDirectory = newFolder();
  const refused = await launch({ dataDirectory, env: { SMTP_URL, ADMIN_API_SECRET: "qzj" } });
  expect(await refused.ended()).toBe(1);
  expect(refused.output()).toContain(
    `\nThese settings contradict each other or are not safe (see .env.example):\n  ${SENTENCE}\n  ${WEAK}\n`,
  );
  expect(refused.output()).not.toMatch(/ {4}at |mail\.example|qzj|Latchkey runs/);
  await allEnded(dataDirectory);

  const mended = await launch({ dataDirectory });
  await mended.ready();
  const password = printedPassword(mended.output()) ?? "none";
  const overview = await overviewOf(mended.url, password);
  expect(overview).toContain("Latest audit entries");
  expect(overview).not.toContain("contradict");
  expect(mended.output()).not.toContain("APP_URL");
  expect(await mended.stop()).toBe(0);

  const inUse = await launch({ dataDirectory, env: { SMTP_URL, ADMIN_API_SECRET: "qzj" } });
  await inUse.ready();
  expect(inUse.output()).toMatch(new RegExp(`"level":"warn".*${SENTENCE}`));
  expect(inUse.output()).toMatch(new RegExp(`"level":"warn".*${WEAK}`));
  const warned = await overviewOf(inUse.url, password);
  expect([warned.includes(SENTENCE), warned.includes(WEAK), inUse.output().includes("qzj")]).toStrictEqual([true, true, false]);
  expect(await inUse.stop()).toBe(0);
});
