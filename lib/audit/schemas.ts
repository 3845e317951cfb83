import { z } from "zod";
import { isUuid } from "@/lib/values/ids";
import { lastPage, searchDay, searchText } from "@/lib/values/search-text";
import { AUDIT_ACTIONS } from "./actions";

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
  from: searchDay,
  to: searchDay,
  /** What was recorded under a request's id. */
  request: z
    .string()
    .refine(isUuid)
    .transform((id) => id.toLowerCase())
    .nullable()
    .catch(null),
  /** Entries older than this one, or newer than that. */
  after: place,
  before: place,
  last: lastPage,
});

export type AuditSearch = z.output<typeof auditSearchSchema>;
export type AuditConditions = Pick<AuditSearch, "actor" | "action" | "target" | "from" | "to" | "request">;

export function writePlace({ at, id }: AuditPlace): string {
  return `${at.getTime()}-${id}`;
}
