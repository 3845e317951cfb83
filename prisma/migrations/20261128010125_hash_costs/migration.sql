-- Of a password's hash that another product made: its form and what a check of it costs, comparable within the form. Null for any other.
CREATE FUNCTION "hash_cost"(hash TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN hash ~ '^(bcrypt(_sha256)?\$)?\$2[aby]\$\d\d\$' THEN 'bcrypt:' || substring(hash FROM '\$2[aby]\$(\d\d)\$')
    WHEN hash ~ '^pbkdf2_sha256\$\d{1,9}\$' THEN 'pbkdf2_sha256:' || lpad(split_part(hash, '$', 2), 9, '0')
    WHEN hash ~ '^(argon2)?\$argon2id\$v=19\$m=\d{1,9},t=\d{1,5},p=' THEN 'argon2id:'
      || lpad((substring(hash FROM 'm=(\d+),')::bigint * substring(hash FROM ',t=(\d+),')::bigint)::text, 15, '0')
    WHEN hash ~ '^scrypt\$\d{1,9}\$[^$]+\$\d{1,4}\$\d{1,4}\$' THEN 'scrypt:'
      || lpad((split_part(hash, '$', 2)::bigint * split_part(hash, '$', 4)::bigint * split_part(hash, '$', 5)::bigint)::text, 18, '0')
  END
$$;

CREATE INDEX "accounts_hash_cost_idx" ON "accounts" ("hash_cost"("password") COLLATE "C") WHERE "hash_cost"("password") IS NOT NULL;
