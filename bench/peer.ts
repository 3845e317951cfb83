import type { Pool } from "pg";
import { requireMeasured as require } from "./measure";

type PeerApi = {
  createApiKey(input: { body: { userId: string; name: string } }): Promise<{ id: string; key: string }>;
  verifyApiKey(input: { body: { key: string } }): Promise<{ valid: boolean }>;
};

export type Peer = { api: PeerApi; keys: string[]; userId: string };

/**
 * better-auth with its API key plugin on the same PostgreSQL, through its own adapter for `pg`. Its rate limit per key is
 * off: with it on, each verify would do more than ours.
 */
export async function openPeer(databaseUrl: string, keyCount: number): Promise<Peer> {
  const pg = require("pg") as typeof import("pg");
  const { betterAuth } = await import(require.resolve("better-auth"));
  const { getMigrations } = await import(require.resolve("better-auth/db/migration"));
  const { apiKey, defaultKeyHasher } = await import(require.resolve("@better-auth/api-key"));
  const pool: Pool = new pg.Pool({ connectionString: databaseUrl, max: 20 });
  const options = {
    baseURL: "http://localhost",
    secret: "a secret that only the benchmark's peer uses",
    database: pool,
    emailAndPassword: { enabled: true },
    logger: { disabled: true },
    telemetry: { enabled: false },
    plugins: [apiKey({ rateLimit: { enabled: false } })],
  };
  await (await getMigrations(options)).runMigrations();
  const auth = betterAuth(options);
  const { user } = await auth.api.signUpEmail({ body: { email: "peer@example.com", password: "a long password", name: "Peer" } });
  const first = await auth.api.createApiKey({ body: { userId: user.id, name: "first" } });
  const keys = [first.key, ...(await copies(pool, first.id, keyCount - 1, defaultKeyHasher))];
  await pool.query("ANALYZE");
  return { api: auth.api, keys, userId: user.id };
}

/** More rows like the first, each with a key of its own: made one by one they would take minutes. */
async function copies(pool: Pool, id: string, count: number, hash: (key: string) => Promise<string>): Promise<string[]> {
  const keys = Array.from({ length: count }, (_, index) => `${"k".repeat(56)}${String(index).padStart(8, "0")}`);
  const hashes = await Promise.all(keys.map(hash));
  const { rows } = await pool.query<{ name: string }>(
    "SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'apikey' AND column_name NOT IN ('id', 'key')",
  );
  const columns = rows.map((row) => `"${row.name}"`).join(", ");
  await pool.query(
    `INSERT INTO apikey (id, key, ${columns}) SELECT 'copy' || n.place, n.hash, ${columns} FROM apikey, unnest($2::text[]) WITH ORDINALITY AS n(hash, place) WHERE id = $1`,
    [id, hashes],
  );
  return keys;
}
