-- "Key 25" comes before "Key 249". A PostgreSQL that was built without ICU goes on ordering by character.
DO $$
BEGIN
  CREATE COLLATION IF NOT EXISTS "natural_order" (provider = icu, locale = 'und-u-kn');
EXCEPTION WHEN feature_not_supported THEN
  CREATE COLLATION IF NOT EXISTS "natural_order" FROM "C";
END
$$;

-- Where the table is large, have both made by hand before, the index CONCURRENTLY: writers wait until it is built.
CREATE INDEX IF NOT EXISTS "api_keys_natural_name_idx" ON "api_keys"(lower("name") COLLATE "natural_order", "id") WHERE "deleted_at" IS NULL;
