-- Where the table is large, have it made by hand before, CONCURRENTLY: writers wait until it is built.
-- Keys whose credential could be guessed, however few they are.
CREATE INDEX IF NOT EXISTS "api_keys_weak_idx" ON "api_keys"("created_at" DESC, "id" DESC) WHERE "weak" AND "deleted_at" IS NULL;
