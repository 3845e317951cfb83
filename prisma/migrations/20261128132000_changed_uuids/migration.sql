-- Of more changes at once than can be told in time, the keys are told by their uuids (docs/decisions/029): looking each of them up took
-- longer than anybody may be behind. Null for a key that is new: nobody holds anything of that yet.
ALTER TABLE "key_changes" ADD COLUMN "uuid" UUID;

-- Rows of before have none. Nobody goes on from a cursor of before.
UPDATE "feed_state" SET "epoch" = gen_random_uuid();

CREATE OR REPLACE FUNCTION "tell_replaced_credential"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed public.replaced_credentials := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  key_uuid UUID;
BEGIN
  UPDATE public.api_keys SET rev = rev + 1 WHERE id = changed.key_id RETURNING uuid INTO key_uuid;
  INSERT INTO public.key_changes (kind, key_id, uuid, narrows)
  VALUES ('k', changed.key_id, key_uuid, CASE TG_OP
    WHEN 'INSERT' THEN false
    WHEN 'DELETE' THEN true
    ELSE NEW.valid_until < OLD.valid_until OR NEW.key_id <> OLD.key_id
  END);
  IF TG_OP = 'UPDATE' AND NEW.key_id <> OLD.key_id THEN
    UPDATE public.api_keys SET rev = rev + 1 WHERE id = OLD.key_id RETURNING uuid INTO key_uuid;
    INSERT INTO public.key_changes (kind, key_id, uuid, narrows) VALUES ('k', OLD.key_id, key_uuid, true);
  END IF;
  RETURN NULL;
END;
$$;

CREATE OR REPLACE FUNCTION "tell_changed_key"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  is_rehashed BOOLEAN := (OLD.hint, OLD.regenerated_at) IS NOT DISTINCT FROM (NEW.hint, NEW.regenerated_at);
BEGIN
  NEW.rev := OLD.rev + 1;
  INSERT INTO public.key_changes (kind, key_id, uuid, narrows) VALUES ('k', NEW.id, NEW.uuid,
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
