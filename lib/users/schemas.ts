import { maskCredentials } from "@latchkey/rule/credentials";
import { isPlainText } from "@latchkey/rule/plain-text";
import { z } from "zod";
import { MAX_CREDITS } from "@/lib/ledger/limits";
import { MAX_REASON_LENGTH, MAX_TYPED_LENGTH } from "@/lib/values/lengths";
import { lastPage, searchDay, searchText } from "@/lib/values/search-text";

export const USER_ROLES = ["user", "admin"] as const;
export type UserRole = (typeof USER_ROLES)[number];

const id = z.guid("This user does not exist.").transform((text) => text.toLowerCase());
/** Kept in the audit log, where credentials have no place. */
const reason = z
  .string("Say why.")
  .trim()
  .min(1, "Say why.")
  .max(MAX_REASON_LENGTH, { error: `Say it in at most ${MAX_REASON_LENGTH} characters.`, abort: true })
  .refine(isPlainText, "Leave out line breaks and control characters.")
  .transform(maskCredentials);
const flag = z.enum(["true", "false"]).transform((text) => text === "true");

const WHOLE = "Give a whole number above zero.";

/** `adjustment`: the last one that the form's page knew of, "0" for none. */
export const adjustCreditsSchema = z
  .object({
    user: id,
    change: z.enum(["add", "remove"], "Choose one."),
    amount: z
      .string(WHOLE)
      .max(MAX_TYPED_LENGTH, WHOLE)
      .transform((text) => text.replace(/[\s,_]/g, ""))
      .pipe(z.string().regex(/^0*[1-9]\d*$/, WHOLE))
      .transform(Number)
      .refine((amount) => amount <= MAX_CREDITS, `At most ${MAX_CREDITS.toLocaleString("en-GB")} can be kept.`),
    reason,
    adjustment: z.string().regex(/^\d{1,18}$/),
  })
  .transform(({ change, amount, ...input }) => ({ ...input, amount: change === "add" ? amount : -amount }));

export type AdjustCreditsInput = z.output<typeof adjustCreditsSchema>;

/** What the form's page showed of the person. */
const seen = { user: id, role: z.enum(USER_ROLES), banned: flag };

export const banSchema = z.object({ ...seen, reason });
export type BanInput = z.output<typeof banSchema>;

export const changeRoleSchema = z.object({ ...seen, to: z.enum(USER_ROLES) });
export type ChangeRoleInput = z.output<typeof changeRoleSchema>;

export const userActionSchema = z.object({ user: id });

export const USER_FILTERS = ["banned", "low-credits"] as const;
const USER_SORTS = ["created", "seen"] as const;

/** The place of a user in the order of the list: `at` is null for those who were never seen. */
export type UserPlace = { at: Date | null; id: string };

const place = z
  .string()
  .regex(/^(\d{1,14}|never)_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  .transform((written): UserPlace => {
    const [at = "", userId = ""] = written.split("_");
    return { at: at === "never" ? null : new Date(Number(at)), id: userId };
  })
  .nullable()
  .catch(null);

export function writeUserPlace({ at, id: userId }: UserPlace): string {
  return `${at?.getTime() ?? "never"}_${userId}`;
}

/** What the address of the list says. What is not valid in it is as if it were not there. */
export const userSearchSchema = z.object({
  /** Part of an e-mail address or a name, or a user's id. */
  q: searchText,
  role: z.enum(USER_ROLES).nullable().catch(null),
  filter: z.enum(USER_FILTERS).nullable().catch(null),
  sort: z.enum(USER_SORTS).catch("created"),
  /** Users after this one in the order of the list, or before that. */
  after: place,
  before: place,
  last: lastPage,
  /** A day in UTC: the page begins with the last of it. */
  jump: searchDay,
});

export type UserSearch = z.output<typeof userSearchSchema>;
/** Which page of the list it is. */
export type UserStep = Pick<UserSearch, "after" | "before" | "last" | "jump">;
export type UserConditions = Pick<UserSearch, "q" | "role" | "filter">;
export type UserSort = UserSearch["sort"];
