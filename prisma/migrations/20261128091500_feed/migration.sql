-- What changed of what a verification answers, in an order that loses nothing (docs/decisions/029). Rows name what changed and
-- not how: whoever reads one reads the present state with it. `xid` is the top-level transaction, so that a cursor can be a
-- snapshot; `seq` is a name and no order. Room is left in each page for `seen_at`, which so changes no index.
CREATE TABLE "key_changes" (
    "seq" BIGINT GENERATED ALWAYS AS IDENTITY,
    "xid" xid8 NOT NULL DEFAULT pg_current_xact_id(),
    "kind" "char" NOT NULL,
    "key_id" INTEGER,
    "user_id" UUID,
    "narrows" BOOLEAN NOT NULL,
    "nonce" UUID NOT NULL DEFAULT gen_random_uuid(),
    "at" TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    "seen_at" TIMESTAMPTZ,

    CONSTRAINT "key_changes_pkey" PRIMARY KEY ("seq"),
    CONSTRAINT "key_changes_kind_check" CHECK ("kind" IN ('k', 'o', 'm')),
    CONSTRAINT "key_changes_subject_check" CHECK (num_nonnulls("key_id", "user_id") <= 1)
) WITH (fillfactor = 90);

CREATE INDEX "key_changes_xid_idx" ON "key_changes"("xid");

ALTER TABLE "feed_state"
    ADD COLUMN "epoch" UUID NOT NULL DEFAULT gen_random_uuid(),
    ADD COLUMN "history" TEXT,
    ADD COLUMN "secrets" TEXT,
    ADD COLUMN "cut" TEXT,
    ADD COLUMN "cut_taken_at" TIMESTAMPTZ;

-- What was visible, hour by hour: what may be removed from `key_changes` two days later.
CREATE TABLE "feed_cuts" (
    "snapshot" TEXT NOT NULL,
    "at" TIMESTAMPTZ NOT NULL DEFAULT now(),

    CONSTRAINT "feed_cuts_pkey" PRIMARY KEY ("at")
);

-- Which database this is, and which of the courses that it can have taken: another one after a failover, a restore or a
-- branch. Null on a standby, whose snapshots leave out what is under way. Without a subquery, so that it is part of the plan of
-- whoever asks.
CREATE FUNCTION "feed_history"() RETURNS TEXT LANGUAGE sql VOLATILE AS $$
  SELECT CASE WHEN pg_is_in_recovery() THEN NULL ELSE
    concat_ws(':', (pg_control_system()).system_identifier, left(pg_walfile_name(pg_current_wal_insert_lsn()), 8),
      nullif(current_setting('neon.timeline_id', true), ''))
  END
$$;

-- The triggers fire for everybody, under `session_replication_role = replica` too. Names are written with their schema: a
-- restore may look nowhere. Their conditions are compared before a function is called, so that counting calls costs nothing.
CREATE FUNCTION "refuse_removal"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never removed', TG_TABLE_NAME;
END;
$$;

-- A replaced credential belongs to its key's state. One whose grace is over is of no interest any more, and housekeeping
-- removes it. Its hashes change only where the same credential is hashed under another secret.
CREATE FUNCTION "tell_replaced_credential"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed public.replaced_credentials := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
BEGIN
  UPDATE public.api_keys SET rev = rev + 1 WHERE id = changed.key_id;
  INSERT INTO public.key_changes (kind, key_id, narrows)
  VALUES ('k', changed.key_id, CASE TG_OP
    WHEN 'INSERT' THEN false
    WHEN 'DELETE' THEN true
    ELSE NEW.valid_until < OLD.valid_until OR NEW.key_id <> OLD.key_id
  END);
  IF TG_OP = 'UPDATE' AND NEW.key_id <> OLD.key_id THEN
    UPDATE public.api_keys SET rev = rev + 1 WHERE id = OLD.key_id;
    INSERT INTO public.key_changes (kind, key_id, narrows) VALUES ('k', OLD.key_id, true);
  END IF;
  RETURN NULL;
END;
$$;

CREATE FUNCTION "tell_new_owner"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO public.key_changes (kind, user_id, narrows) VALUES ('o', NEW.id, false);
  RETURN NULL;
END;
$$;

-- Credits that run out want no receipts: they come and go.
CREATE FUNCTION "tell_changed_owner"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.rev := OLD.rev + 1;
  INSERT INTO public.key_changes (kind, user_id, narrows) VALUES ('o', NEW.id, NEW.banned AND NOT OLD.banned);
  RETURN NEW;
END;
$$;

CREATE FUNCTION "tell_new_key"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO public.key_changes (kind, key_id, narrows) VALUES ('k', NEW.id, false);
  RETURN NULL;
END;
$$;

-- `narrows`: may refuse what was accepted before. A hash that changes together with the secret it is under, and without the
-- credential having become another one, is of the same credential.
CREATE FUNCTION "tell_changed_key"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  is_rehashed BOOLEAN := (OLD.hint, OLD.regenerated_at) IS NOT DISTINCT FROM (NEW.hint, NEW.regenerated_at);
BEGIN
  NEW.rev := OLD.rev + 1;
  INSERT INTO public.key_changes (kind, key_id, narrows) VALUES ('k', NEW.id,
    (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL)
    OR (OLD.disabled_at IS NULL AND NEW.disabled_at IS NOT NULL)
    OR (OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL)
    OR coalesce(NEW.expires_at, 'infinity') < coalesce(OLD.expires_at, 'infinity')
    OR NEW.permissions::text <> OLD.permissions::text
    OR (NEW.id, NEW.uuid, NEW.user_id) <> (OLD.id, OLD.uuid, OLD.user_id)
    OR (NEW.credential_hash <> OLD.credential_hash
        AND NOT (is_rehashed AND NEW.credential_hashed_under IS DISTINCT FROM OLD.credential_hashed_under))
    OR (NEW.secret_hash IS DISTINCT FROM OLD.secret_hash
        AND NOT (is_rehashed AND NEW.secret_hashed_under IS DISTINCT FROM OLD.secret_hashed_under)));
  RETURN NEW;
END;
$$;

CREATE TRIGGER "replaced_credentials_feed_insert" AFTER INSERT ON "replaced_credentials" FOR EACH ROW
  WHEN (NEW.valid_until > now()) EXECUTE FUNCTION "tell_replaced_credential"();
CREATE TRIGGER "replaced_credentials_feed_update" AFTER UPDATE ON "replaced_credentials" FOR EACH ROW
  WHEN (greatest(OLD.valid_until, NEW.valid_until) > now()
    AND (OLD.key_id, OLD.valid_until, OLD.credential_seal, OLD.secret_seal)
      IS DISTINCT FROM (NEW.key_id, NEW.valid_until, NEW.credential_seal, NEW.secret_seal))
  EXECUTE FUNCTION "tell_replaced_credential"();
CREATE TRIGGER "replaced_credentials_feed_delete" AFTER DELETE ON "replaced_credentials" FOR EACH ROW
  WHEN (OLD.valid_until > now()) EXECUTE FUNCTION "tell_replaced_credential"();
CREATE TRIGGER "replaced_credentials_kept" BEFORE TRUNCATE ON "replaced_credentials"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_removal"();
ALTER TABLE "replaced_credentials"
  ENABLE ALWAYS TRIGGER "replaced_credentials_feed_insert",
  ENABLE ALWAYS TRIGGER "replaced_credentials_feed_update",
  ENABLE ALWAYS TRIGGER "replaced_credentials_feed_delete",
  ENABLE ALWAYS TRIGGER "replaced_credentials_kept";

-- A balance is told where it is small (`FEED_CREDITS_TOLD`), at each halving: no call may be far from what is known.
CREATE TRIGGER "users_feed_insert" AFTER INSERT ON "users" FOR EACH ROW EXECUTE FUNCTION "tell_new_owner"();
CREATE TRIGGER "users_feed_update" BEFORE UPDATE ON "users" FOR EACH ROW
  WHEN (OLD.id <> NEW.id OR OLD.banned <> NEW.banned OR OLD.ban_expires_at IS DISTINCT FROM NEW.ban_expires_at
    OR (OLD.credits <> NEW.credits AND least(OLD.credits, NEW.credits) < 1000
      AND width_bucket(OLD.credits, '{0,1,3,7,15,31,62,125,250,500,1000}'::bigint[])
        <> width_bucket(NEW.credits, '{0,1,3,7,15,31,62,125,250,500,1000}'::bigint[])))
  EXECUTE FUNCTION "tell_changed_owner"();
CREATE TRIGGER "users_kept" BEFORE DELETE OR TRUNCATE ON "users" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_removal"();
ALTER TABLE "users"
  ENABLE ALWAYS TRIGGER "users_feed_insert",
  ENABLE ALWAYS TRIGGER "users_feed_update",
  ENABLE ALWAYS TRIGGER "users_kept";

-- Every column but those that nobody who verifies is told of; a test fails for one that is in neither list.
CREATE TRIGGER "api_keys_feed_insert" AFTER INSERT ON "api_keys" FOR EACH ROW EXECUTE FUNCTION "tell_new_key"();
CREATE TRIGGER "api_keys_feed_update" BEFORE UPDATE ON "api_keys" FOR EACH ROW
  WHEN (OLD.id <> NEW.id OR OLD.uuid <> NEW.uuid OR OLD.user_id <> NEW.user_id OR OLD.name <> NEW.name OR OLD.format <> NEW.format
    OR OLD.credential_hash <> NEW.credential_hash OR OLD.secret_hash IS DISTINCT FROM NEW.secret_hash
    OR OLD.credential_seal IS DISTINCT FROM NEW.credential_seal OR OLD.secret_seal IS DISTINCT FROM NEW.secret_seal
    OR OLD.expires_at IS DISTINCT FROM NEW.expires_at
    OR OLD.revoked_at IS DISTINCT FROM NEW.revoked_at OR OLD.disabled_at IS DISTINCT FROM NEW.disabled_at
    OR OLD.deleted_at IS DISTINCT FROM NEW.deleted_at OR OLD.permissions::text <> NEW.permissions::text)
  EXECUTE FUNCTION "tell_changed_key"();
CREATE TRIGGER "api_keys_kept" BEFORE DELETE OR TRUNCATE ON "api_keys" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_removal"();
ALTER TABLE "api_keys"
  ENABLE ALWAYS TRIGGER "api_keys_feed_insert",
  ENABLE ALWAYS TRIGGER "api_keys_feed_update",
  ENABLE ALWAYS TRIGGER "api_keys_kept";
