import { sqlInstant } from "@/lib/audit/record";

const HASHES = (of: string) =>
  `${of}.hint, encode(${of}.credential_hash, 'hex') AS hash, encode(${of}.secret_hash, 'hex') AS secret,
   ${of}.credential_hashed_under AS under, ${of}.secret_hashed_under AS secret_under`;
const at = (of: string, column: string) => `${sqlInstant(`${of}.${column}`)} AS ${column}`;

/** An id from elsewhere that is the one that they have here was theirs in another Latchkey. */
export const PEOPLE = `
  SELECT u.id, u.email, u.email_verified, u.first_name, u.last_name, u.name, u.phone_number, u.timezone, u.banned,
    ${at("u", "created_at")}, a.password AS password_hash, u.credits::text AS credits,
    (SELECT json_agg(json_build_object('source', f.source, 'id', f.id) ORDER BY f.added_at, f.source, f.id)
     FROM former_ids f WHERE f.user_id = u.id AND f.id <> u.id::text) AS former_ids
  FROM users u LEFT JOIN accounts a ON a.provider_id = 'credential' AND a.account_id = u.id::text
  ORDER BY u.created_at, u.id`;

export const KEYS = `
  SELECT k.uuid, k.source, k.former_id, k.user_id, k.name, k.format, ${HASHES("k")}, k.permissions, k.note, k.self_rotation, k.weak,
    ${at("k", "created_at")}, ${at("k", "expires_at")}, ${at("k", "last_used_at")}, k.total_uses::float8 AS total_uses,
    ${at("k", "revoked_at")}, k.revoked_by, ${at("k", "disabled_at")}, k.disabled_by,
    (SELECT json_agg(former ORDER BY former.replaced_at, former.hash) FROM (
       SELECT coalesce(r.format, k.format) AS format, ${HASHES("r")}, ${at("r", "replaced_at")}, ${at("r", "valid_until")}
       FROM replaced_credentials r WHERE r.key_id = k.id) former) AS replaced
  FROM api_keys k WHERE k.deleted_at IS NULL
  ORDER BY k.created_at, k.uuid`;
