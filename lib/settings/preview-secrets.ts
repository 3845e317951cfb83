import { hkdfSync } from "node:crypto";

/** Secrets that every deployment needs. */
export const SECRETS = ["BETTER_AUTH_SECRET", "KEY_HASH_SECRET"] as const;

/** Without one of them, only what it is for is not there. */
export const OPTIONAL_SECRETS = ["ADMIN_API_SECRET", "SERVICE_API_SECRET", "USAGE_WEBHOOK_SECRET", "FEED_SIGNING_KEY"] as const;
export const MADE_SECRETS = [...SECRETS, ...OPTIONAL_SECRETS] as const;

type Source = Record<string, string | undefined>;

/** Neon's have 16 and more; a shorter one could be found from what is derived from it. */
const MIN_PASSWORD_LENGTH = 16;

/**
 * The settings together with the secrets that a preview on Vercel was not given. They are derived (HKDF-SHA-256, RFC 5869)
 * from the password of the preview's own database, which all of its instances have and nobody outside does. Nothing is
 * derived anywhere else: in production a missing secret is named (docs/decisions/016).
 */
export function withPreviewSecrets(source: Source): Source {
  const database = source.VERCEL_ENV === "preview" ? databaseOf(source.DATABASE_URL) : null;
  if (!database || database.password.length < MIN_PASSWORD_LENGTH) return source;
  const derive = (name: string) =>
    Buffer.from(hkdfSync("sha256", database.password, database.place, `latchkey preview ${name}`, 32)).toString("hex");
  return {
    ...source,
    ...Object.fromEntries(MADE_SECRETS.map((name) => [name, source[name]?.trim() ? source[name] : derive(name)])),
  };
}

/** `place`: where it is, so that two branches with the same password have secrets of their own. */
function databaseOf(url = ""): { password: string; place: string } | null {
  if (!URL.canParse(url)) return null;
  const { password, hostname, pathname } = new URL(url);
  return { password, place: hostname + pathname };
}
