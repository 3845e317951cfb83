import type { CredentialFormat } from "@latchkey/rule/credentials";
import type { Permissions } from "@latchkey/rule/permissions";
import type { LifeRow } from "@latchkey/rule/sql";
import { type Column, instant, json, nullable, word } from "./statements";

/** Columns of a key that queries of several rooms read. */
export const LIFE = {
  expires_at: nullable(instant),
  revoked_at: nullable(instant),
  deleted_at: nullable(instant),
} satisfies { [Name in keyof LifeRow]: Column<LifeRow[Name]> };
export const FORMAT = word<CredentialFormat>("key_format");
export const PERMISSIONS = json<Permissions>();
