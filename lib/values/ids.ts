import { z } from "zod";

/** The highest number that an integer column holds, and so the highest that a row can have. */
export const MAX_ID = 2_147_483_647;

const uuid = z.guid();

/** Whether PostgreSQL takes it as a uuid, of whatever version. */
export function isUuid(text: string): boolean {
  return uuid.safeParse(text).success;
}

/** Whether it has the form of an account's public name. */
export function isAccountId(text: string): boolean {
  return /^acc_[0-9a-f]{16}$/.test(text);
}
