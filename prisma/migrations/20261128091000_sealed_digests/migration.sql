-- What verifiers compare a credential with, sealed: see lib/verification/seals.ts. Null where nobody has shown the credential since.
ALTER TABLE "api_keys" ADD COLUMN "credential_seal" BYTEA, ADD COLUMN "secret_seal" BYTEA;
ALTER TABLE "replaced_credentials" ADD COLUMN "credential_seal" BYTEA, ADD COLUMN "secret_seal" BYTEA;

-- Of each change of a key, and of an owner, the later one holds.
ALTER TABLE "api_keys" ADD COLUMN IF NOT EXISTS "rev" BIGINT NOT NULL DEFAULT 1;
ALTER TABLE "users" ADD COLUMN IF NOT EXISTS "rev" BIGINT NOT NULL DEFAULT 1;

-- One row. The salt is in front of every credential before it is digested for verifiers, and never changes: nobody could digest
-- what exists anew.
CREATE TABLE IF NOT EXISTS "feed_state" (
    "one" BOOLEAN NOT NULL DEFAULT true,
    "salt" TEXT NOT NULL,

    CONSTRAINT "feed_state_pkey" PRIMARY KEY ("one"),
    CONSTRAINT "feed_state_one_check" CHECK ("one"),
    CONSTRAINT "feed_state_salt_check" CHECK ("salt" ~ '^[0-9A-Za-z]{8}$')
);
INSERT INTO "feed_state" ("salt") VALUES (left(md5(gen_random_uuid()::text), 8)) ON CONFLICT DO NOTHING;

-- For counting those that verifiers have to ask about. Of a large table it can be made before, CONCURRENTLY.
CREATE INDEX IF NOT EXISTS "api_keys_unsealed_idx" ON "api_keys"("id")
  WHERE "credential_seal" IS NULL AND "revoked_at" IS NULL AND "deleted_at" IS NULL;
CREATE INDEX IF NOT EXISTS "replaced_credentials_unsealed_idx" ON "replaced_credentials"("valid_until") WHERE "credential_seal" IS NULL;
