import { CREDENTIAL_FORMATS, KEY_FORMATS } from "@latchkey/rule/credentials";
import { KEY_STATES } from "@latchkey/rule/status";
import { z } from "zod";
import { MAX_ID } from "@/lib/values/ids";
import { isolated, withoutBidiControls } from "@/lib/values/isolated";
import { MAX_TYPED_LENGTH } from "@/lib/values/lengths";
import { lastPage, searchText, withoutEllipsis } from "@/lib/values/search-text";
import { LEFT_KINDS } from "@/lib/verification/left-kinds";
import { createKeySchema } from "./schemas";
import { digestText, KEY_SORTS } from "./search-schemas";

/** A key of which a credential was replaced is one of the active. */
export const ADMIN_KEY_STATUSES = [...KEY_STATES.filter((state) => state !== "replaced"), "deleted"] as const;

/** Without one of these, revoked keys are aside, unless something is searched for. */
export const ADMIN_STATUS_FILTERS = [...ADMIN_KEY_STATUSES, "all"] as const;

/** `weak`: those of other formats whose credential could be guessed. */
export const ADMIN_FORMAT_FILTERS = [...KEY_FORMATS, "weak"] as const;

/** The key beside which a page begins: rows are never removed, so that its place can always be looked up. */
const place = z.coerce.number().int().min(1).max(MAX_ID).nullable().catch(null);

/** What the address of the list says. What is not valid in it is as if it were not there. */
export const adminKeySearchSchema = z.object({
  /** Part of a key's name or of its owner's e-mail address or name, the visible part, or an id. Never a whole credential. */
  q: searchText.transform(withoutEllipsis),
  digest: digestText,
  status: z.enum(ADMIN_STATUS_FILTERS).nullable().catch(null),
  /** An e-mail address or a user's id. */
  owner: searchText,
  format: z.enum(ADMIN_FORMAT_FILTERS).nullable().catch(null),
  /** Of a rotation of KEY_HASH_SECRET: how a key is left behind by it. */
  hash: z.enum(LEFT_KINDS).nullable().catch(null),
  /** Null for the order that suits the status. */
  sort: z.enum(KEY_SORTS).nullable().catch(null),
  after: place,
  before: place,
  last: lastPage,
  /** Where in the order a page begins: a day, or the beginning of a name. */
  jump: searchText,
});

export type AdminKeySearch = z.output<typeof adminKeySearchSchema>;
export type AdminKeyStatus = (typeof ADMIN_KEY_STATUSES)[number];
export type AdminKeyFilter = (typeof ADMIN_STATUS_FILTERS)[number];
export type AdminFormatFilter = (typeof ADMIN_FORMAT_FILTERS)[number];
/** Which page of the list it is. */
export type AdminKeyPlace = Pick<AdminKeySearch, "after" | "before" | "last" | "jump">;
export type AdminKeyConditions = Omit<AdminKeySearch, keyof AdminKeyPlace>;

export const adminCreateKeyForSchema = createKeySchema.extend({
  owner: z.guid("Choose one of the people found."),
  format: z.enum(CREDENTIAL_FORMATS, "Choose one."),
});

const uuids = z.array(z.guid()).min(1, "Choose a key first.").max(100, "At most 100 at once.");

export const adminRevokeKeysSchema = z.object({ uuids, understood: z.literal("on", "Tick this first.") });

/** `name`: what the page called the only key. What has to be typed is that, or "delete 3 keys". */
export const adminDeleteKeysSchema = z
  .object({ uuids, name: z.string().nullable(), confirmation: z.string().transform(plainSpaces) })
  .refine(({ confirmation, ...asked }) => confirmation === deletionPhrase(asked.uuids.length, asked.name), {
    path: ["confirmation"],
    error: ({ input }) => {
      const { uuids: chosen, name } = input as { uuids: string[]; name: string | null };
      return `Type “${isolated(deletionPhrase(chosen.length, name))}”.`;
    },
  });

/** What to type before keys are deleted. */
export function deletionPhrase(count: number, name: string | null): string {
  return count === 1 && name !== null
    ? plainSpaces(withoutBidiControls(name))
    : `delete ${count} ${count === 1 ? "key" : "keys"}`;
}

/** Pages show several spaces as one, and no bidi controls. */
function plainSpaces(typed: string): string {
  return typed.slice(0, MAX_TYPED_LENGTH).replace(/\s+/g, " ").trim().normalize("NFC");
}
