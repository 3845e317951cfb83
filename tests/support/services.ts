import { createHash, createHmac, randomBytes } from "node:crypto";
import { makeServiceCredential, type Scope } from "../../packages/rule/services";
import { query } from "./database";
import { shared } from "./portal";

export type TestService = { id: string; name: string; credential: string };

type Given = { scopes: readonly Scope[]; networks?: string[]; owners?: string[]; perReport?: number; perMinute?: number };

/** A service of the shared portal, as staff make one. */
export function newService(given: Given): Promise<TestService> {
  return addService(query, shared().settings.KEY_HASH_SECRET ?? "", given);
}

type Query = (text: string, values: unknown[]) => Promise<{ id: string }[]>;

/** A service of any portal, whose `KEY_HASH_SECRET` that is. */
export async function addService(
  run: Query,
  hashSecret: string,
  { scopes, networks = [], owners = [], perReport, perMinute }: Given,
): Promise<TestService> {
  const { credential, hint } = makeServiceCredential(randomBytes);
  const name = `Service ${randomBytes(6).toString("hex")}`;
  const [row] = await run(
    `WITH made AS (
       INSERT INTO services (id, name, scopes, networks, owners, max_credits_per_report, max_credits_per_minute)
       VALUES (gen_random_uuid(), $1, $2, $3, $4::uuid[], $5, $6) RETURNING id)
     INSERT INTO service_credentials (service_id, hint, credential_hash) SELECT id, $7, $8 FROM made RETURNING service_id AS id`,
    [name, scopes, networks, owners, perReport ?? null, perMinute ?? null, hint, hashOf(credential, hashSecret)],
  );
  if (!row) throw new Error("no service was made");
  return { id: row.id, name, credential };
}

/** As staff revoke one, on another server. */
export async function revokeService({ id }: TestService): Promise<void> {
  await query("UPDATE services SET revoked_at = now(), version = version + 1 WHERE id = $1", [id]);
}

function hashOf(credential: string, secret: string): Buffer {
  const digest = createHash("sha256").update(credential).digest();
  return createHmac("sha256", secret).update(digest).digest();
}
