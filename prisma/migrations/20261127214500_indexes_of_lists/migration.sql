-- Where the table is large, have these made by hand before, CONCURRENTLY: writers wait until they are built.
-- What is recorded under a request's id.
CREATE INDEX IF NOT EXISTS "audit_entries_request_id_idx" ON "audit_entries"("request_id", "at" DESC, "id" DESC) WHERE "request_id" IS NOT NULL;

-- The list that staff begin with, in which revoked keys are aside, however many there are.
CREATE INDEX IF NOT EXISTS "api_keys_unrevoked_idx" ON "api_keys"("created_at" DESC, "id" DESC) WHERE "revoked_at" IS NULL AND "deleted_at" IS NULL;
