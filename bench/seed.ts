import pg from "pg";
import { secretId } from "../lib/verification/hash-secrets";
import { hashCredential, issueCredentials } from "../lib/verification/hashes";

export type Owner = { id: string; keys: string[]; uuids: string[] };

/** What the portal's role may do here alone: make databases, and fill tables past their triggers. */
export async function allowSeeding(operatorUrl: string): Promise<void> {
  const operator = new pg.Client({ connectionString: operatorUrl });
  await operator.connect();
  await operator.query("ALTER ROLE latchkey CREATEDB; GRANT SET ON PARAMETER session_replication_role TO latchkey");
  await operator.end();
}

/** A database of its own on the same server: a copy of the migrated one, or an empty one. */
export async function copyDatabase(url: string, name: string, template?: "template0"): Promise<string> {
  const admin = new pg.Client({ connectionString: url.replace(/\/[^/]*$/, "/postgres") });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template ?? "latchkey"}`);
  await admin.end();
  return url.replace(/\/[^/]*$/, `/${name}`);
}

/** One owner with so many keys, made a millisecond apart. Beyond ten thousand they have no credential that anyone knows. */
export async function seedKeys(url: string, hashSecret: string, count: number): Promise<Owner> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ id: string }>(
    "INSERT INTO users (id, email, name, updated_at) VALUES (gen_random_uuid(), 'bench@example.com', 'Bench', now()) RETURNING id",
  );
  const id = rows[0]?.id ?? "";
  await client.query("INSERT INTO credit_entries (user_id, amount, kind) VALUES ($1, 1000000000, 'signup')", [id]);
  const known = Math.min(count, 10_000);
  const credentials = Array.from({ length: known }, () => issueCredentials("mf_live"));
  const insert = `INSERT INTO api_keys (uuid, user_id, name, format, hint, credential_hash, secret_hash, credential_hashed_under, secret_hashed_under, permissions, created_at)
    SELECT gen_random_uuid(), $1, 'Key ' || n.place, 'mf_live', n.hint, n.hash, n.hash, '${secretId(hashSecret)}', '${secretId(hashSecret)}', '["read","write"]', now() - (n.place || ' milliseconds')::interval`;
  if (count > known) {
    await client.query(
      `${insert} FROM (SELECT place, 'random' AS hint, sha256(place::text::bytea) AS hash FROM generate_series($2::int, $3::int, -1) AS place) n`,
      [id, count, known + 1],
    );
  }
  const made = await client.query<{ uuid: string }>(
    `${insert} FROM (SELECT * FROM unnest($2::text[], $3::bytea[]) WITH ORDINALITY AS known(hint, hash, place) ORDER BY place DESC) n RETURNING uuid`,
    [id, credentials.map(({ hint }) => hint), credentials.map(({ key }) => Buffer.from(hashCredential(key, hashSecret)))],
  );
  await client.query("VACUUM ANALYZE");
  await client.end();
  return { id, keys: credentials.map(({ key }) => key), uuids: made.rows.map((row) => row.uuid) };
}
