-- When the password was last given in this session: changes by staff need that to be recent.
ALTER TABLE "sessions" ADD COLUMN "confirmed_at" TIMESTAMPTZ(3);
UPDATE "sessions" SET "confirmed_at" = "created_at";
ALTER TABLE "sessions" ALTER COLUMN "confirmed_at" SET DEFAULT CURRENT_TIMESTAMP, ALTER COLUMN "confirmed_at" SET NOT NULL;

-- The lists of staff are read in the order of their indexes, a page at a time. Both generated columns change seldom,
-- so that accounting for a call, which moves `credits` and `last_used_at`, still touches no index.
ALTER TABLE "users" ADD COLUMN "low_on_credits" BOOLEAN NOT NULL GENERATED ALWAYS AS ("credits" < 100) STORED;
CREATE INDEX "users_created_at_id_idx" ON "users"("created_at" DESC, "id" DESC);
CREATE INDEX "users_last_seen_idx" ON "users"(coalesce("last_login_at", '-infinity'::timestamptz) DESC, "id" DESC);
CREATE INDEX "users_low_on_credits_last_seen_idx" ON "users"(coalesce("last_login_at", '-infinity'::timestamptz) DESC, "id" DESC) WHERE "low_on_credits";
CREATE INDEX "users_banned_last_seen_idx" ON "users"(coalesce("last_login_at", '-infinity'::timestamptz) DESC, "id" DESC) WHERE "banned";
CREATE INDEX "users_low_on_credits_idx" ON "users"("created_at" DESC, "id" DESC) WHERE "low_on_credits";
CREATE INDEX "users_admins_idx" ON "users"("created_at" DESC, "id" DESC) WHERE "role" = 'admin';
CREATE INDEX "users_banned_idx" ON "users"("created_at" DESC, "id" DESC) WHERE "banned";

ALTER TABLE "api_keys" ADD COLUMN "last_used_on" DATE GENERATED ALWAYS AS (("last_used_at" AT TIME ZONE 'UTC')::date) STORED;
CREATE INDEX "api_keys_revoked_idx" ON "api_keys"("created_at" DESC, "id" DESC) WHERE "revoked_at" IS NOT NULL AND "deleted_at" IS NULL;
CREATE INDEX "api_keys_deleted_idx" ON "api_keys"("created_at" DESC, "id" DESC) WHERE "deleted_at" IS NOT NULL;
CREATE INDEX "api_keys_expires_at_id_idx" ON "api_keys"("expires_at", "id")
  WHERE "expires_at" IS NOT NULL AND "revoked_at" IS NULL AND "deleted_at" IS NULL;
-- Pages go on from the row they ended with, which a null would break.
CREATE INDEX "api_keys_last_used_on_id_idx" ON "api_keys"(coalesce("last_used_on", '-infinity'::date) DESC, "id" DESC) WHERE "deleted_at" IS NULL;
CREATE INDEX "api_keys_expiry_order_idx" ON "api_keys"(coalesce("expires_at", 'infinity'::timestamptz), "id") WHERE "deleted_at" IS NULL;
CREATE INDEX "api_keys_format_idx" ON "api_keys"("format", "created_at" DESC, "id" DESC) WHERE "deleted_at" IS NULL;
CREATE INDEX "api_keys_name_id_idx" ON "api_keys"(lower("name"), "id") WHERE "deleted_at" IS NULL;
CREATE INDEX "api_keys_hint_idx" ON "api_keys"("hint" text_pattern_ops, "created_at" DESC, "id" DESC);
CREATE INDEX "api_keys_secret_hash_idx" ON "api_keys"("secret_hash") WHERE "secret_hash" IS NOT NULL;
CREATE INDEX "replaced_credentials_secret_hash_idx" ON "replaced_credentials"("secret_hash") WHERE "secret_hash" IS NOT NULL;

-- What staff added and took away, the last of which a form of theirs carries along.
CREATE INDEX "credit_entries_adjustments_idx" ON "credit_entries"("user_id", "id" DESC) WHERE "kind" = 'adjustment';

-- The days of everyone, for the overview.
CREATE INDEX "usage_days_day_idx" ON "usage_days"("day");

CREATE INDEX "audit_entries_at_id_idx" ON "audit_entries"("at" DESC, "id" DESC);
CREATE INDEX "audit_entries_actor_id_at_id_idx" ON "audit_entries"("actor_id", "at" DESC, "id" DESC) WHERE "actor_id" IS NOT NULL;
CREATE INDEX "audit_entries_actor_kind_at_id_idx" ON "audit_entries"("actor_kind", "at" DESC, "id" DESC) WHERE "actor_id" IS NULL;
CREATE INDEX "audit_entries_action_at_id_idx" ON "audit_entries"("action", "at" DESC, "id" DESC);
-- In place of the one that ended in the id alone: entries are read in the order of time everywhere.
DROP INDEX "audit_entries_target_kind_target_id_id_idx";
CREATE INDEX "audit_entries_target_kind_target_id_at_id_idx" ON "audit_entries"("target_kind", "target_id", "at" DESC, "id" DESC);

-- Search by part of a word reads an index where the database has pg_trgm. Where it does not, search is slower, not gone.
DO $$
BEGIN
  CREATE EXTENSION IF NOT EXISTS pg_trgm;
  CREATE INDEX "users_search_idx" ON "users" USING gin (("email" || ' ' || "name") gin_trgm_ops) WITH (fastupdate = off);
  CREATE INDEX "api_keys_search_idx" ON "api_keys" USING gin ("name" gin_trgm_ops) WITH (fastupdate = off);
EXCEPTION WHEN OTHERS THEN
  RAISE NOTICE 'Search by part of a word has no index: %', SQLERRM;
END;
$$;
