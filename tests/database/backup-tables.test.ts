import pg from "pg";
import { expect, test } from "vitest";
import { BLANK, LEFT_OUT, readTables } from "../../scripts/backup-tables";
import { shared } from "../support/portal";

test("what sounds like a secret is in a backup only where somebody decided so", async () => {
  const client = new pg.Client({ connectionString: shared().settings.DATABASE_URL });
  await client.connect();
  try {
    const tables = await readTables(client);
    const columns = tables.flatMap(({ name, columns }) => columns.map((column) => `${name}.${column}`));
    expect(columns).toContain("users.email");
    // Hashes under KEY_HASH_SECRET, and which one it was, and digests that are sealed under it, and which secrets were set; of headers and inputs; salted ones of passwords.
    expect(
      columns.filter((column) => /(secret|token|private|password|hash|seal)\w*$/.test(column) && !column.endsWith("_at")).sort(),
    ).toStrictEqual(
      [
        ...BLANK.filter((column) => column !== "audit_entries.xid"),
        "accounts.password",
        "api_keys.credential_hash",
        "api_keys.credential_hashed_under",
        "api_keys.credential_seal",
        "api_keys.idempotency_hash",
        "api_keys.idempotency_input_hash",
        "api_keys.secret_hash",
        "api_keys.secret_hashed_under",
        "api_keys.secret_seal",
        "feed_state.secrets",
        "idempotency_records.input_hash",
        "idempotency_records.key_hash",
        "known_networks.network_hash",
        "remembered_events.id_hash",
        "replaced_credentials.credential_hash",
        "replaced_credentials.credential_hashed_under",
        "replaced_credentials.credential_seal",
        "replaced_credentials.secret_hash",
        "replaced_credentials.secret_hashed_under",
        "replaced_credentials.secret_seal",
        "service_credentials.credential_hash",
        "service_credentials.credential_hashed_under",
        "usage_events.body_hash",
      ].sort(),
    );
    const { rows } = await client.query("SELECT FROM pg_tables WHERE schemaname = 'public'");
    expect(tables.length + LEFT_OUT.length).toBe(rows.length);
  } finally {
    await client.end();
  }
});
