import { EXPIRING_DAYS } from "./status";

/** The rule of `keyState` for a query over these columns, with `now` as its second parameter. A test holds the two together. */
export const KEY_STATE_SQL = `CASE
  WHEN revoked_at IS NOT NULL THEN 'revoked'
  WHEN expires_at <= $2::timestamptz THEN 'expired'
  WHEN expires_at <= $2::timestamptz + interval '${EXPIRING_DAYS * 24} hours' THEN 'expiring'
  WHEN replaced_until > $2::timestamptz THEN 'replaced'
  ELSE 'active' END`;
