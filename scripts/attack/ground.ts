import { call, query } from "../../tests/support/client";
import { keptSettings } from "../../tests/support/kept-settings";
import { type Launched, launch } from "../../tests/support/launch";
import { newUser, signInByCookie, type TestUser } from "../../tests/support/people";
import { sharePortal } from "../../tests/support/portal";
import { startServer, type TestServer } from "../../tests/support/server";
import { type MailServer, startMailServer } from "../../tests/support/smtp";
import { freePort } from "../ports";
import { superuserUrl } from "../postgres";

/** Small enough that an attack meets them. */
export const MAX_KEYS = 25;
export const MAX_OVERDRAFT = 1000;

/** A portal that was started as users start it, with a mail server of its own. */
export type Ground = {
  portal: Launched;
  /** Its public address, and its port on this machine. */
  url: string;
  port: number;
  settings: Record<string, string>;
  mails: MailServer;
  /** A second server on the same database that logs every request and takes signatures of the second form alone. */
  strict: TestServer;
  close(): Promise<void>;
};

export async function openGround(): Promise<Ground> {
  const mails = await startMailServer();
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const env = {
    APP_URL: url,
    SMTP_URL: mails.url,
    SIGNUP_CREDITS_WHEN: "signup",
    LOG_LEVEL: "warn",
    MAX_KEYS_PER_USER: String(MAX_KEYS),
    MAX_OVERDRAFT: String(MAX_OVERDRAFT),
  };
  const portal = await launch({ port, env });
  await portal.ready();
  const settings = { ...keptSettings(portal.dataDirectory), ...env };
  sharePortal({ url, settings, operatorUrl: superuserUrl(portal.dataDirectory) });
  const strict = await startServer({ ...settings, LOG_LEVEL: "info", USAGE_SIGNATURE: "v2" });
  // Its reference is read, and its signing key made, while it is quiet.
  await call("/api/health");
  await newUser();
  const close = async () => {
    await strict.stop();
    await portal.stop();
    await mails.stop();
  };
  return { portal, url, port, settings, mails, strict, close };
}

export type Person = TestUser & { cookie: string };

/** Someone new with tokens and a browser's cookie; staff where asked for. */
export async function newPerson({ isStaff = false } = {}): Promise<Person> {
  const user = await newUser();
  if (isStaff) await query("UPDATE users SET role = 'admin' WHERE id = $1", [user.id]);
  return { ...user, cookie: await signInByCookie(user) };
}

/** One number of one row. */
export async function count(text: string, values: unknown[] = []): Promise<number> {
  const [row] = await query<{ count: string }>(`SELECT (${text})::text AS count`, values);
  return Number(row?.count ?? Number.NaN);
}
