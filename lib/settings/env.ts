import { isIP } from "node:net";
import { z } from "zod";
import { EnvError } from "@/lib/values/errors";
import { driverFor } from "./database-url";
import { readIssuer } from "./issuers";
import { withPreviewSecrets } from "./preview-secrets";
import { isOnThisMachine } from "./this-machine";

const blankIsUnset = (value: unknown) => (typeof value === "string" && value.trim() === "" ? undefined : value);
const optional = <T extends z.ZodType>(schema: T) => z.preprocess(blankIsUnset, schema.optional());
/** In plain digits. `unit` is what it counts: nobody may believe that another one can be written behind it. */
const numberIn = (example: number, min: number, max: number, unit?: string) => {
  const rule = `must be a whole number${unit ? ` of ${unit}` : ""}, in digits alone, such as ${example}`;
  const inRange = z.number().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`);
  const digits = z.string().regex(/^(?:0|[1-9]\d{0,14})$/, rule);
  return digits.transform(Number).pipe(inRange);
};
const wholeNumber = (fallback: number, ...rest: [min: number, max: number, unit?: string]) =>
  z.preprocess(blankIsUnset, numberIn(fallback, ...rest).default(fallback));
/** Whoever means seconds is below the least there may be. */
const duration = (fallback: number, min: number, max: number) => wholeNumber(fallback, min, max, "milliseconds");
const list = z.preprocess(
  blankIsUnset,
  z
    .string()
    .default("")
    .transform((text) =>
      text
        .split(",")
        .map((entry) => entry.trim())
        .filter(Boolean),
    ),
);
const longSecret = z.string({ error: "is not set" }).min(32, "must have at least 32 characters");
const databaseUrl = z
  .string({ error: "is not set" })
  .regex(/^postgres(ql)?:\/\/[^/]+\/.+/, "must look like postgresql://user:password@host:5432/database");

const originPattern = /^https?:\/\/(?:[a-z0-9-]|\*(?!.*\*))+(?:\.(?:[a-z0-9-]|\*(?!.*\*))+)*(?::\d+)?$/;

const ISSUER_RULE =
  "must hold https addresses of key sets (JWKS), separated by commas, each with the e-mail domains it may speak for behind it, such as https://id.example.com/.well-known/jwks.json example.com";

function isProxyRange(entry: string): boolean {
  const [address = "", bits, ...rest] = entry.split("/");
  const version = isIP(address);
  // Addresses are compared in their plain form, which has no zone and no IPv4 within IPv6.
  if (version === 0 || rest.length > 0 || /%|^::ffff:/i.test(address)) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

const CALL_RULE =
  "must be an address that a key may be tried at, such as https://api.example.com/v1/status: over https, except on this machine, and without a query";

/** It is written into commands that people paste: nothing in it may mean anything to a shell. */
function isCallAddress(address: string): boolean {
  if (!/^https?:\/\/(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?(?:\/[\w.~/-]*)?$/i.test(address) || !URL.canParse(address))
    return false;
  return address.startsWith("https:") || isOnThisMachine(address);
}

/** Pino's, from the fewest lines to the most. */
const LOG_LEVELS = ["silent", "fatal", "error", "warn", "info", "debug", "trace"] as const;

const fields = z.object({
  PORT: wholeNumber(3000, 1, 65535),
  APP_URL: optional(z.url({ protocol: /^https?$/, error: "must be an address such as https://keys.example.com" })),
  PUBLIC_API_URL: optional(z.string().max(500, CALL_RULE).refine(isCallAddress, CALL_RULE)),
  DATABASE_URL: z.preprocess(blankIsUnset, databaseUrl),
  DATABASE_URL_UNPOOLED: optional(databaseUrl),
  DATABASE_DRIVER: optional(z.enum(["neon", "pg"], { error: "must be neon or pg" })),
  DATABASE_POOLER: optional(z.enum(["none", "transaction"], { error: "must be none or transaction" })),
  DATABASE_CONNECT_TIMEOUT_MS: duration(10_000, 500, 60_000),
  DATABASE_STATEMENT_TIMEOUT_MS: duration(10_000, 500, 600_000),
  DATABASE_LOCK_TIMEOUT_MS: duration(5_000, 100, 600_000),
  DATABASE_IDLE_TRANSACTION_TIMEOUT_MS: duration(10_000, 500, 600_000),
  VERIFY_TIMEOUT_MS: duration(2_000, 100, 60_000),
  REQUEST_TIMEOUT_MS: duration(15_000, 500, 600_000),
  MIGRATION_PATIENCE_SECONDS: wholeNumber(300, 1, 86_400, "seconds"),
  DATA_DIR: z.preprocess(blankIsUnset, z.string().default(".data")),
  BETTER_AUTH_SECRET: z.preprocess(blankIsUnset, longSecret),
  KEY_HASH_SECRET: z.preprocess(blankIsUnset, longSecret),
  KEY_HASH_SECRET_PREVIOUS: optional(longSecret),
  KEY_HASH_SECRET_NEXT: optional(longSecret),
  ADMIN_API_SECRET: optional(z.string()),
  ADMIN_API_SECRET_PREVIOUS: optional(z.string()),
  SERVICE_API_SECRET: optional(z.string()),
  SERVICE_API_SECRET_PREVIOUS: optional(z.string()),
  USAGE_WEBHOOK_SECRET: optional(z.string()),
  USAGE_WEBHOOK_SECRET_PREVIOUS: optional(z.string()),
  FEED_SIGNING_KEY: optional(longSecret),
  FEED_SIGNING_KEY_PREVIOUS: optional(longSecret),
  USAGE_SIGNATURE: z.preprocess(blankIsUnset, z.enum(["any", "v2"], { error: "must be any or v2" }).default("any")),
  MAX_OVERDRAFT: optional(numberIn(10_000, 0, 1_000_000_000, "credits")),
  MAX_KEYS_PER_USER: wholeNumber(1000, 1, 1_000_000, "keys"),
  WRITES_PER_MINUTE: wholeNumber(300, 1, 1_000_000, "changes a minute"),
  METRICS_TOKEN: optional(longSecret),
  ALLOWED_ORIGINS: list.pipe(
    z.array(
      z
        .string()
        .regex(originPattern, "must hold origins such as https://app.example.com, separated by commas, each with at most one *"),
    ),
  ),
  AUTH_RATE_LIMIT_PER_MINUTE: wholeNumber(20, 1, 1_000_000, "attempts a minute"),
  SIGNUP_CREDITS: wholeNumber(1000, 0, 1_000_000_000, "credits"),
  SIGNUP_CREDITS_WHEN: optional(z.enum(["signup", "confirmed"], { error: "must be signup or confirmed" })),
  KEYS_NEED_CONFIRMED_ADDRESS: z.preprocess(blankIsUnset, z.enum(["on", "off"], { error: "must be on or off" }).default("off")),
  HIBP: z.preprocess(blankIsUnset, z.enum(["on", "off"], { error: "must be on or off" }).default("off")),
  SMTP_URL: optional(z.url({ protocol: /^smtps?$/, error: "must look like smtps://user:password@host:465" })),
  MAIL_FROM: z.preprocess(blankIsUnset, z.string().default("Latchkey <no-reply@localhost>")),
  SECURITY_CONTACT: optional(
    z.url({ protocol: /^(https|mailto)$/, error: "must look like mailto:security@example.com or https://example.com/security" }),
  ),
  JWT_TRUSTED_ISSUERS: list.transform((entries, context) => {
    const issuers = entries.map(readIssuer).filter((issuer) => issuer !== null);
    if (issuers.length < entries.length) context.addIssue({ code: "custom", message: ISSUER_RULE });
    return issuers;
  }),
  TRUSTED_PROXIES: list.pipe(
    z.array(z.string().refine(isProxyRange, "must hold addresses or ranges such as 10.0.0.0/8, separated by commas")),
  ),
  LOG_LEVEL: z.preprocess(blankIsUnset, z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(", ")}` }).default("info")),
  LATCHKEY_COMMIT: optional(z.string()),
  LATCHKEY_VERSION: z.string().default("unknown"),
  LATCHKEY_MIGRATIONS: list,
  LATCHKEY_ROUTES: list,
  NEON_WS_PROXY: optional(z.string()),
  OTEL_EXPORTER_OTLP_ENDPOINT: optional(
    z.url({ protocol: /^https?$/, error: "must be an address such as http://localhost:4318" }),
  ),
  OTEL_SERVICE_NAME: z.preprocess(blankIsUnset, z.string().default("latchkey")),
  VERCEL: optional(z.string()),
  VERCEL_ENV: optional(z.string()),
  VERCEL_GIT_COMMIT_SHA: optional(z.string()),
  VERCEL_URL: optional(z.string()),
  VERCEL_BRANCH_URL: optional(z.string()),
  VERCEL_PROJECT_PRODUCTION_URL: optional(z.string()),
});

export const SETTING_NAMES: readonly string[] = Object.keys(fields.shape);

const envSchema = fields.refine((env) => env.DATABASE_LOCK_TIMEOUT_MS < env.DATABASE_STATEMENT_TIMEOUT_MS, {
  path: ["DATABASE_LOCK_TIMEOUT_MS"],
  error: "must be below DATABASE_STATEMENT_TIMEOUT_MS, or a lock would never be given up in time",
});

export type Env = Readonly<z.infer<typeof envSchema> & { appUrl: string; databaseDriver: "neon" | "pg" }>;

/** @throws EnvError naming every wrong setting at once, with no value in it. */
export function parseEnv(source: Record<string, string | undefined>): Env {
  const result = envSchema.safeParse(withPreviewSecrets(source));
  if (!result.success) {
    const problems = new Map(result.error.issues.map((issue) => [String(issue.path[0]), issue.message]));
    throw new EnvError([...problems].map(([name, message]) => `${name} ${message}`));
  }
  const env = result.data;
  // A preview is reached at its branch's address, and must not hand out production's.
  const vercelHost = (env.VERCEL_ENV === "preview" ? env.VERCEL_BRANCH_URL : env.VERCEL_PROJECT_PRODUCTION_URL) ?? env.VERCEL_URL;
  const appUrl = env.APP_URL ?? (vercelHost ? `https://${vercelHost}` : `http://localhost:${env.PORT}`);
  return { ...env, appUrl: new URL(appUrl).origin, databaseDriver: env.DATABASE_DRIVER ?? driverFor(env.DATABASE_URL) };
}

let parsed: Env | undefined;

/** The settings of this process, read on first use so that a build needs none of them. */
export function env(): Env {
  parsed ??= readEnv();
  return parsed;
}

function readEnv(): Env {
  // The build replaces these by their values, which works only where they are written out.
  const ofBuild = {
    LATCHKEY_VERSION: process.env.LATCHKEY_VERSION,
    LATCHKEY_MIGRATIONS: process.env.LATCHKEY_MIGRATIONS,
    LATCHKEY_ROUTES: process.env.LATCHKEY_ROUTES,
  };
  return parseEnv({ ...process.env, ...ofBuild });
}

/** LOG_LEVEL, also where settings are wrong: that they are is itself a line. */
export function logLevel(): Env["LOG_LEVEL"] {
  return LOG_LEVELS.find((name) => name === process.env.LOG_LEVEL?.trim()) ?? "info";
}

/** A sentence for each setting that keeps the portal from working, or null when there is none. */
export function wrongSettings(): readonly string[] | null {
  try {
    env();
    return null;
  } catch (error) {
    if (!(error instanceof EnvError)) throw error;
    return error.problems;
  }
}
