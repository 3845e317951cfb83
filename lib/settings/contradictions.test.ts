import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { cautions, contradictions, isOnThisMachine, unsetSecrets } from "./contradictions";
import { parseEnv } from "./env";

const made = (name: string) => createHash("sha256").update(name).digest("hex");
const good = {
  DATABASE_URL: "postgresql://user:pw@localhost:5432/latchkey",
  BETTER_AUTH_SECRET: made("b"),
  KEY_HASH_SECRET: made("k"),
  ADMIN_API_SECRET: made("a"),
  SERVICE_API_SECRET: made("s"),
  USAGE_WEBHOOK_SECRET: made("u"),
};
const SMTP_URL = "smtps://user:hidden@mail.example:465";
const APP_URL = "https://keys.example.com";
/** Of which a sentence may speak. */
const isNoWord = (value = "") => !["confirmed", "on"].includes(value);
const found = (settings: Record<string, string | undefined>) => contradictions(parseEnv({ ...good, ...settings }));

describe("Settings contradict each other where", () => {
  test.each<[string, Record<string, string | undefined>, string[]]>([
    ["mails would hold links to localhost", { SMTP_URL }, ["SMTP_URL", "APP_URL"]],
    [
      "credits wait for a mail that is never sent",
      { APP_URL, SIGNUP_CREDITS_WHEN: "confirmed" },
      ["SIGNUP_CREDITS_WHEN", "SMTP_URL"],
    ],
    ["keys do", { APP_URL, KEYS_NEED_CONFIRMED_ADDRESS: "on" }, ["KEYS_NEED_CONFIRMED_ADDRESS", "SMTP_URL"]],
    ["a secret is another's", { SERVICE_API_SECRET: good.ADMIN_API_SECRET }, ["ADMIN_API_SECRET", "SERVICE_API_SECRET"]],
    ["a key's secret signs sessions", { KEY_HASH_SECRET: good.BETTER_AUTH_SECRET }, ["BETTER_AUTH_SECRET", "KEY_HASH_SECRET"]],
    ["the former secret is the present one", { KEY_HASH_SECRET_PREVIOUS: good.KEY_HASH_SECRET }, ["KEY_HASH_SECRET_PREVIOUS"]],
    ["the former one of staff is", { ADMIN_API_SECRET_PREVIOUS: good.ADMIN_API_SECRET }, ["ADMIN_API_SECRET_PREVIOUS"]],
    ["a former one of services is", { SERVICE_API_SECRET_PREVIOUS: good.SERVICE_API_SECRET }, ["SERVICE_API_SECRET_PREVIOUS"]],
    ["that of reports is", { USAGE_WEBHOOK_SECRET_PREVIOUS: good.USAGE_WEBHOOK_SECRET }, ["USAGE_WEBHOOK_SECRET_PREVIOUS"]],
    ["everybody is a proxy", { TRUSTED_PROXIES: "10.0.0.0/8,0.0.0.0/0" }, ["TRUSTED_PROXIES"]],
    [
      "anybody could change an issuer's keys",
      { JWT_TRUSTED_ISSUERS: "http://id.example/jwks a.example" },
      ["JWT_TRUSTED_ISSUERS"],
    ],
    ["staff's secret has one letter", { ADMIN_API_SECRET: "qzj" }, ["ADMIN_API_SECRET", "32 characters"]],
    ["services' is short", { SERVICE_API_SECRET: "0f1e2d3c4b5a69788796a5b4c3d2e1f" }, ["SERVICE_API_SECRET", "32 characters"]],
    ["that of reports repeats itself", { USAGE_WEBHOOK_SECRET: "0f1e2d3c".repeat(4) }, ["USAGE_WEBHOOK_SECRET", "guessed"]],
    ["that of keys is a stand-in", { KEY_HASH_SECRET: `changeme-${made("k")}` }, ["KEY_HASH_SECRET", "guessed"]],
    ["the coming one does", { KEY_HASH_SECRET_NEXT: "n".repeat(40) }, ["KEY_HASH_SECRET_NEXT", "guessed"]],
    ["that of the metrics does", { METRICS_TOKEN: "m".repeat(40) }, ["METRICS_TOKEN", "guessed"]],
    ["the metrics are another's", { METRICS_TOKEN: good.SERVICE_API_SECRET }, ["METRICS_TOKEN", "SERVICE_API_SECRET"]],
    ["pages of anybody may call", { ALLOWED_ORIGINS: "https://app.example.com,https://*.vercel.app" }, ["ALLOWED_ORIGINS"]],
    ["everybody is one over IPv6", { TRUSTED_PROXIES: "::/0" }, ["TRUSTED_PROXIES"]],
  ])("%s", (_, settings, names) => {
    const [sentence = "", ...others] = found(settings);
    expect(others).toStrictEqual([]);
    for (const name of names) expect(sentence).toContain(name);
    for (const value of Object.values(settings).filter(isNoWord)) expect(sentence).not.toContain(value);
  });

  test.each<[string, Record<string, string | undefined>]>([
    ["nothing is set", {}],
    ["secrets are missing", { ADMIN_API_SECRET: undefined, SERVICE_API_SECRET: undefined, USAGE_WEBHOOK_SECRET: undefined }],
    ["mail has an address to lead to", { SMTP_URL, APP_URL: "https://keys.example.com" }],
    ["somebody tries mail out on purpose", { SMTP_URL, APP_URL: "http://localhost:3000" }],
    ["the platform knows the address", { SMTP_URL, VERCEL_URL: "x.vercel.app" }],
    ["a secret takes the place of one that two shared", { ADMIN_API_SECRET_PREVIOUS: good.SERVICE_API_SECRET }],
    ["a mail confirms addresses", { SMTP_URL, APP_URL, SIGNUP_CREDITS_WHEN: "confirmed", KEYS_NEED_CONFIRMED_ADDRESS: "on" }],
    ["the log does, on this machine", { SIGNUP_CREDITS_WHEN: "confirmed", KEYS_NEED_CONFIRMED_ADDRESS: "on" }],
    ["nothing waits for mail", { APP_URL, SIGNUP_CREDITS_WHEN: "signup", KEYS_NEED_CONFIRMED_ADDRESS: "off" }],
    ["keys of issuers come safely", { JWT_TRUSTED_ISSUERS: "https://id.example/jwks a.example,http://127.0.0.1:1/k b.example" }],
    ["a former secret is weak", { ADMIN_API_SECRET_PREVIOUS: "a", KEY_HASH_SECRET_PREVIOUS: "k".repeat(32) }],
    [
      "previews have names of their own",
      { ALLOWED_ORIGINS: "https://datazag-vercel-git-*-datazag.vercel.app,https://*.example.com" },
    ],
    ["proxies have a range", { TRUSTED_PROXIES: "10.0.0.0/8,2001:db8::/32,10.0.0.10" }],
  ])("not where %s", (_, settings) => {
    expect(found(settings)).toStrictEqual([]);
  });

  test("all at once, each with a sentence", () => {
    const SECRET = made("x");
    const all = found({
      SMTP_URL,
      TRUSTED_PROXIES: "::/0",
      ADMIN_API_SECRET: SECRET,
      SERVICE_API_SECRET: SECRET,
      ADMIN_API_SECRET_PREVIOUS: SECRET,
    });
    expect(all).toHaveLength(4);
    expect(all.join()).not.toContain(SECRET);
  });
});

test("a former secret that could be guessed is to be looked at again, without being shown", () => {
  const former = {
    ADMIN_API_SECRET_PREVIOUS: "qzj",
    KEY_HASH_SECRET_PREVIOUS: "q".repeat(32),
    USAGE_WEBHOOK_SECRET_PREVIOUS: made("x"),
  };
  const found = cautions(parseEnv({ ...good, ...former }));
  expect(found).toStrictEqual(
    ["KEY_HASH_SECRET_PREVIOUS", "ADMIN_API_SECRET_PREVIOUS"].map((name) => expect.stringContaining(name)),
  );
  expect(found.join()).not.toMatch(/qzj|qq/);
});

test("a former secret that opens what another one does is to be looked at again, without being shown", () => {
  const former = { ADMIN_API_SECRET_PREVIOUS: good.SERVICE_API_SECRET, USAGE_WEBHOOK_SECRET_PREVIOUS: made("x") };
  const [sentence = "", ...others] = cautions(parseEnv({ ...good, ...former }));
  expect([sentence, others]).toStrictEqual([expect.stringMatching(/^ADMIN_API_SECRET_PREVIOUS and SERVICE_API_SECRET /), []]);
  expect(sentence).not.toContain(good.SERVICE_API_SECRET);
});

test("an issuer of tokens that may speak for everybody is to be looked at again, and nothing else is", () => {
  const cautionsOf = (JWT_TRUSTED_ISSUERS: string) => cautions(parseEnv({ ...good, JWT_TRUSTED_ISSUERS }));
  const bound = "https://id.example/jwks example.com";
  expect([cautionsOf(""), cautionsOf(bound)]).toStrictEqual([[], []]);
  expect(cautionsOf(`${bound},https://other.example/jwks`)).toStrictEqual([expect.stringContaining("JWT_TRUSTED_ISSUERS")]);
});

test("an address is this machine's by its name, not by what the name begins with", () => {
  for (const host of ["localhost", "localhost:3000", "127.0.0.1:3000", "127.8.8.8", "[::1]:3000", "LOCALHOST"])
    expect([host, isOnThisMachine(`http://${host}`)]).toStrictEqual([host, true]);
  for (const host of ["localhost.example", "keys.example.com", "127.0.0.1.example", "0.0.0.0", "192.168.0.1", "", "x:99999"])
    expect([host, isOnThisMachine(`http://${host}`)]).toStrictEqual([host, false]);
});

test("a secret that need not be set, and is not, is told of with what that leaves", () => {
  const unset = { ADMIN_API_SECRET: "", SERVICE_API_SECRET: " ", USAGE_WEBHOOK_SECRET: undefined };
  expect(unsetSecrets(parseEnv({ ...good, ...unset, FEED_SIGNING_KEY: made("f") }))).toStrictEqual([
    "ADMIN_API_SECRET is not set, so only services may use the admin API.",
    "SERVICE_API_SECRET is not set, so only services may verify keys.",
    "USAGE_WEBHOOK_SECRET is not set, so only services may report usage.",
  ]);
  expect(unsetSecrets(parseEnv(good))).toStrictEqual(["FEED_SIGNING_KEY is not set, so nobody may follow the feed."]);
});
