import { z } from "zod";
import { parseInstant } from "@/lib/values/instant";
import { searchText } from "@/lib/values/search-text";
import { AUDIT_ACTIONS } from "./actions";

const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .refine((date) => parseInstant(date) !== null)
  .nullable()
  .catch(null);

/** The place of an entry in the order of the list. */
export type AuditPlace = { at: Date; id: string };

const place = z
  .string()
  .regex(/^\d{1,14}-\d{1,18}$/)
  .transform((written): AuditPlace => {
    const [at = "", id = ""] = written.split("-");
    return { at: new Date(Number(at)), id };
  })
  .nullable()
  .catch(null);

/** What the address of the list says. What is not valid in it is as if it were not there. */
export const auditSearchSchema = z.object({
  /** An e-mail address, a user's id, or the name of what acts without being a person. */
  actor: searchText,
  action: z.enum(AUDIT_ACTIONS).nullable().catch(null),
  /** An e-mail address, the id of a user or of a key, or what was exported. */
  target: searchText,
  /** The first and the last day, in the zone of whoever asks. */
  from: day,
  to: day,
  /** Entries older than this one, or newer than that. */
  after: place,
  before: place,
});

export type AuditSearch = z.output<typeof auditSearchSchema>;
export type AuditConditions = Pick<AuditSearch, "actor" | "action" | "target" | "from" | "to">;

export function writePlace({ at, id }: AuditPlace): string {
  return `${at.getTime()}-${id}`;
}
