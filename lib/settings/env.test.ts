import { describe, expect, test } from "vitest";
import { EnvError } from "@/lib/values/errors";
import { parseEnv } from "./env";
import { MADE_SECRETS } from "./preview-secrets";

const good = {
  DATABASE_URL: "postgresql://user:pw@localhost:5432/latchkey",
  BETTER_AUTH_SECRET: "b".repeat(32),
  KEY_HASH_SECRET: "k".repeat(32),
};

function complaint(settings: Record<string, string | undefined>): string {
  try {
    parseEnv({ ...good, ...settings });
  } catch (error) {
    if (error instanceof EnvError) return error.message;
    throw error;
  }
  throw new Error("these settings were accepted");
}

describe("Settings", () => {
  test("have defaults", () => {
    expect(parseEnv(good)).toMatchObject({
      PORT: 3000,
      LOG_LEVEL: "info",
      appUrl: "http://localhost:3000",
      databaseDriver: "pg",
      DATA_DIR: ".data",
      ALLOWED_ORIGINS: [],
      AUTH_RATE_LIMIT_PER_MINUTE: 20,
      SIGNUP_CREDITS: 1000,
      MAX_KEYS_PER_USER: 1000,
      WRITES_PER_MINUTE: 300,
      USAGE_SIGNATURE: "any",
      KEYS_NEED_CONFIRMED_ADDRESS: "off",
      JWT_TRUSTED_ISSUERS: [],
    });
    expect(parseEnv(good).MAX_OVERDRAFT).toBeUndefined();
  });

  test("that are blank count as not set", () => {
    const names = ["PORT", "APP_URL", "DATABASE_DRIVER", "ADMIN_API_SECRET", "ALLOWED_ORIGINS", "KEY_HASH_SECRET_PREVIOUS"];
    const blank = Object.fromEntries(names.map((name, index) => [name, index % 2 ? "" : "  "]));
    expect(parseEnv({ ...good, ...blank })).toEqual(parseEnv(good));
  });

  test("make lists of what stands between commas", () => {
    const { ALLOWED_ORIGINS } = parseEnv({ ...good, ALLOWED_ORIGINS: " https://a.example , ,https://b-*.example:8443," });
    expect(ALLOWED_ORIGINS).toStrictEqual(["https://a.example", "https://b-*.example:8443"]);
  });

  test("name an address to try keys at, which a shell takes as it is", () => {
    const addresses = [
      "https://api.example.com",
      "https://api.example.com:8443/v1/status/",
      "http://localhost:4000/",
      "http://[::1]:4000",
    ];
    for (const PUBLIC_API_URL of addresses) expect(parseEnv({ ...good, PUBLIC_API_URL }).PUBLIC_API_URL).toBe(PUBLIC_API_URL);
    const refused = [
      ...["http://api.example.com", "ftp://api.example.com", "api.example.com", "https://user:pw@api.example.com", "https://"],
      ...[
        "https://api.example.com/?a=1",
        "https://api.example.com/$(reboot)",
        'https://api.example.com/"',
        "https://api.example.com:99999",
      ],
      `https://api.example.com/${"a".repeat(500)}`,
    ];
    for (const PUBLIC_API_URL of refused)
      expect(complaint({ PUBLIC_API_URL })).toContain("PUBLIC_API_URL must be an address that");
  });

  test("say for which e-mail domains each issuer of tokens may speak", () => {
    const read = (JWT_TRUSTED_ISSUERS: string) => parseEnv({ ...good, JWT_TRUSTED_ISSUERS }).JWT_TRUSTED_ISSUERS;
    const keySet = "https://id.example/realms/a/.well-known/jwks.json";
    const names = ["https://id.example/realms/a", "https://id.example/realms/a/"];
    expect(read(`${keySet} Example.com  b.example, https://id.example| http://localhost:1/keys`)).toStrictEqual([
      { names, keySet, domains: ["example.com", "b.example"] },
      { names: ["https://id.example"], keySet: "http://localhost:1/keys", domains: [] },
    ]);
  });

  test("choose the driver by the host, and let it be overruled", () => {
    const neon = "postgresql://u:p@ep-x-pooler.eu-central-1.aws.neon.tech/db";
    expect(parseEnv({ ...good, DATABASE_URL: neon }).databaseDriver).toBe("neon");
    expect(parseEnv({ ...good, DATABASE_URL: neon, DATABASE_DRIVER: "pg" }).databaseDriver).toBe("pg");
    expect(parseEnv({ ...good, DATABASE_URL: "postgres://u:p@neon.tech.evil.example/db" }).databaseDriver).toBe("pg");
  });

  test("know the deployment's address", () => {
    expect(parseEnv({ ...good, APP_URL: "https://keys.example.com/" }).appUrl).toBe("https://keys.example.com");
    expect(parseEnv({ ...good, VERCEL_URL: "x.vercel.app" }).appUrl).toBe("https://x.vercel.app");
    expect(parseEnv({ ...good, PORT: "4000" }).appUrl).toBe("http://localhost:4000");
  });

  test("know a preview's address from production's", () => {
    const hosts = {
      VERCEL_URL: "x-1a2b.vercel.app",
      VERCEL_BRANCH_URL: "x-git-b.vercel.app",
      VERCEL_PROJECT_PRODUCTION_URL: "x.example",
    };
    const addressOf = (settings: Record<string, string | undefined>) => parseEnv({ ...good, ...hosts, ...settings }).appUrl;
    expect(addressOf({ VERCEL_ENV: "production" })).toBe("https://x.example");
    expect(addressOf({ VERCEL_ENV: "preview" })).toBe("https://x-git-b.vercel.app");
    expect(addressOf({ VERCEL_ENV: "preview", VERCEL_BRANCH_URL: undefined })).toBe("https://x-1a2b.vercel.app");
    expect(addressOf({ VERCEL_ENV: "preview", APP_URL: "https://keys.example.com" })).toBe("https://keys.example.com");
  });
});

describe("A preview without secrets", () => {
  const database = (password: string, host = "ep-a-pooler.eu-central-1.aws.neon.tech") =>
    `postgresql://owner:${password}@${host}/db`;
  const preview = { VERCEL_ENV: "preview", DATABASE_URL: database("npg_0123456789ab") };
  const secretsOf = (settings: Record<string, string>) => {
    const env = parseEnv(settings);
    return MADE_SECRETS.map((name) => env[name]);
  };

  test("has some that nobody can tell from each other, from the password or from another preview's", () => {
    const secrets = [
      preview,
      { ...preview, DATABASE_URL: database("npg_0123456789ac") },
      { ...preview, DATABASE_URL: database("npg_0123456789ab", "ep-b-pooler.eu-central-1.aws.neon.tech") },
    ].flatMap(secretsOf);
    for (const secret of secrets) expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(secrets).size).toBe(3 * MADE_SECRETS.length);
  });

  test("has the same ones in each of its instances, and keeps those it was given", () => {
    expect(secretsOf({ ...preview, VERCEL_URL: "another.vercel.app" })).toStrictEqual(secretsOf(preview));
    const own = { ...preview, ADMIN_API_SECRET: "given", SERVICE_API_SECRET: " " };
    expect(parseEnv(own)).toMatchObject({
      ADMIN_API_SECRET: "given",
      SERVICE_API_SECRET: parseEnv(preview).SERVICE_API_SECRET,
    });
  });

  test.each<[string, Record<string, string>]>([
    ["production", { ...preview, VERCEL_ENV: "production" }],
    ["vercel dev", { ...preview, VERCEL_ENV: "development" }],
    ["another platform", { DATABASE_URL: preview.DATABASE_URL }],
    ["a preview whose database has a password that can be guessed", { ...preview, DATABASE_URL: database("0123456789abcde") }],
    ["a preview whose database has none", { ...preview, DATABASE_URL: "postgresql://host/db" }],
  ])("is the only one to have any: %s has not", (_, settings) => {
    expect(
      complaint({ BETTER_AUTH_SECRET: undefined, KEY_HASH_SECRET: undefined, ...settings })
        .split("\n")
        .slice(1),
    ).toStrictEqual(["  BETTER_AUTH_SECRET is not set", "  KEY_HASH_SECRET is not set"]);
    expect(parseEnv({ ...good, ...settings }).ADMIN_API_SECRET).toBeUndefined();
  });
});

describe("Wrong settings", () => {
  const WRONG: [string, string][] = [
    ["PORT", "65536"],
    ["PORT", "abc"],
    ["PORT", "80.5"],
    ["APP_URL", "keys-example"],
    ["APP_URL", "ftp://keys.example.com"],
    ["DATABASE_URL", "mysql://user:topsecretpassword@host/db"],
    ["DATABASE_URL", "topsecretpassword"],
    ["DATABASE_DRIVER", "sqlite"],
    ["SIGNUP_CREDITS_WHEN", "never"],
    ["KEYS_NEED_CONFIRMED_ADDRESS", "true"],
    ["BETTER_AUTH_SECRET", "topsecret"],
    ["KEY_HASH_SECRET", "topsecret"],
    ["KEY_HASH_SECRET_PREVIOUS", "topsecret"],
    ["METRICS_TOKEN", "topsecret"],
    ["KEY_HASH_SECRET_NEXT", "topsecret"],
    ["ALLOWED_ORIGINS", "https://a.example,b.example"],
    ["ALLOWED_ORIGINS", "https://a.example/"],
    ["ALLOWED_ORIGINS", "*://a.example"],
    ["ALLOWED_ORIGINS", "https://*-*.example"],
    ["ALLOWED_ORIGINS", "https://*.*.example"],
    ["AUTH_RATE_LIMIT_PER_MINUTE", "0"],
    ["SIGNUP_CREDITS", "-1"],
    ["MAX_OVERDRAFT", "5k"],
    ["MAX_KEYS_PER_USER", "0"],
    ["WRITES_PER_MINUTE", "5/s"],
    ["USAGE_SIGNATURE", "v1"],
    ["SMTP_URL", "https://user:topsecret@mail.example"],
    ["JWT_TRUSTED_ISSUERS", "issuer.example"],
    ["JWT_TRUSTED_ISSUERS", "https://issuer.example/jwks @example.com"],
    ["JWT_TRUSTED_ISSUERS", "https://issuer.example/jwks *.example.com"],
    ["JWT_TRUSTED_ISSUERS", "https://issuer.example/jwks localhost"],
    ["JWT_TRUSTED_ISSUERS", "https://issuer.example/jwks,name|ftp://issuer.example"],
    ["TRUSTED_PROXIES", "10.0.0.0/33"],
    ["TRUSTED_PROXIES", "proxy.example"],
    ["TRUSTED_PROXIES", "10.0.0.1,10.0.0.0/x"],
    ["TRUSTED_PROXIES", "fe80::1%eth0"],
    ["TRUSTED_PROXIES", "::ffff:10.0.0.0/104"],
    ["LOG_LEVEL", "verbose"],
    ["LOG_LEVEL", "WARN"],
  ];

  test.each(WRONG)("%s=%s is named, and its value is not shown", (name, value) => {
    const text = complaint({ [name]: value });
    expect(text).toMatch(new RegExp(`^ {2}${name} `, "m"));
    expect(text.split("\n")).toHaveLength(2);
    expect(text).not.toContain(value);
  });

  test.each([
    "30s",
    "5m",
    "1e3",
    "0x10",
    "0b1",
    "-3",
    "2.5",
    "2.0",
    "+5",
    "007",
    " 5 ",
    "1_000",
    "1,000",
    "true",
    "Infinity",
    "９",
  ])("that count are refused in anything but digits, with what they count: %j", (value) => {
    expect(complaint({ SIGNUP_CREDITS: value })).toContain(
      "  SIGNUP_CREDITS must be a whole number of credits, in digits alone, such as 1000",
    );
    expect(complaint({ MAX_OVERDRAFT: value })).toContain("  MAX_OVERDRAFT must be a whole number of credits");
    expect(complaint({ PORT: value })).toContain("  PORT must be a whole number, in digits alone, such as 3000");
  });

  test("are all named at once, with those that are missing", () => {
    const all = Object.fromEntries(WRONG);
    const text = complaint({ ...all, BETTER_AUTH_SECRET: undefined });
    const named = text
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(" ")[0]);
    expect(named.sort()).toStrictEqual([...Object.keys(all)].sort());
    const telling = Object.entries(all).filter(([name, value]) => name !== "BETTER_AUTH_SECRET" && value.length > 3);
    for (const [, value] of telling) expect(text).not.toContain(value);
    expect(text).not.toContain("topsecret");
    expect(text).toContain("BETTER_AUTH_SECRET is not set");
  });
});
