import { z } from "zod";

/** The highest number that an integer column holds, and so the highest that a row can have. */
export const MAX_ID = 2_147_483_647;

const uuid = z.guid();

/** Whether PostgreSQL takes it as a uuid, of whatever version. */
export function isUuid(text: string): boolean {
  return uuid.safeParse(text).success;
}
