import { DEFAULT_LIMITS, type KeyLimits, LIMIT_NAMES, type LimitedCall, type LimitName } from "@latchkey/rule/limits";
import { maskedJson } from "@latchkey/rule/masked-json";
import { isPermissions, type Permissions } from "@latchkey/rule/permissions";
import { z } from "zod";
import type { ErrorCode } from "@/lib/values/errors";
import { Unread } from "@/lib/values/unread";
import { isPreset, PRESETS, parsePermissionsText } from "./permissions-text";

/** What a limit that is not one is refused with, and what to do then, for people. */
const PROBLEMS: Record<LimitName, { code: ErrorCode; advice: string }> = {
  permissions: {
    code: "INVALID_PERMISSIONS",
    advice: "Write less: a key holds 4 KiB of permissions, and no credential among them.",
  },
};

export const LIMIT_CODES = LIMIT_NAMES.map((name) => PROBLEMS[name].code);
export const LIMIT_ADVICE = Object.fromEntries(Object.values(PROBLEMS).map(({ code, advice }) => [code, advice]));

const PERMISSIONS_FORM = {
  anyOf: [
    { type: "array", items: { type: "string" } },
    { type: "object", additionalProperties: { type: "array", items: { type: "string" } } },
  ],
};

/** Limits as answers hold them. */
export const limitAnswers = {
  permissions: z.custom<Permissions>(isPermissions).meta({
    ...PERMISSIONS_FORM,
    id: "Permissions",
    description: "A list of actions, or actions by resource; `*` stands for every one.",
  }),
} satisfies { [Name in LimitName]: z.ZodType<KeyLimits[Name]> };

/** They are kept and answered as they were sent: none may hold a credential. */
const isTaken = (value: unknown) => isPermissions(value) && maskedJson(value) === JSON.stringify(value);

const permissions = z
  .custom<Permissions | null>((value) => value === null || isTaken(value), PROBLEMS.permissions.code)
  .optional();

/** Limits of a key that is made. */
export const limitFields = {
  permissions: permissions
    .transform((value): Permissions => value ?? DEFAULT_LIMITS.permissions)
    .meta({
      anyOf: [...PERMISSIONS_FORM.anyOf, { type: "null" }],
      default: DEFAULT_LIMITS.permissions,
      description:
        'A list of actions, or an object of resource to list of actions, such as `{"sms":["send"],"*":["read"]}`. At most 4 KiB; echoed as sent.',
    }),
} satisfies { [Name in LimitName]: z.ZodType<KeyLimits[Name]> };

/** Limits of a key that is changed: what is undefined stays as it is. */
export const limitChangeFields = {
  permissions: permissions
    .transform((value) => value ?? undefined)
    .meta({
      anyOf: [...PERMISSIONS_FORM.anyOf, { type: "null" }],
      description: "Fewer of those that the key has. `null`, or left out: as they are.",
    }),
} satisfies { [Name in LimitName]: z.ZodType<KeyLimits[Name] | undefined> };

/** What a call says of itself when its key is verified. */
export const limitedCallFields = {
  permission: z
    .string("permission must be a string")
    .nullish()
    .meta({ description: "What the call needs: `write` of a list, `sms:send` of an object." }),
} satisfies { [Name in keyof LimitedCall]-?: z.ZodType<LimitedCall[Name]> };

/** As a form has them, to be validated. */
type ReadLimits = { [Name in LimitName]: KeyLimits[Name] | Unread };

/** As the dialog that makes a key has them. */
export function readLimitForm(form: FormData): ReadLimits {
  return { permissions: readPermissions(form) };
}

/** As the form that changes a key has them: what is kept is undefined. */
export function readLimitChanges(form: FormData): { [Name in LimitName]: ReadLimits[Name] | undefined } {
  return { permissions: form.get("access") === "keep" ? undefined : readPermissions(form) };
}

function readPermissions(form: FormData): Permissions | Unread {
  const access = form.get("access");
  if (isPreset(access)) return PRESETS[access];
  const typed = form.get("permissions");
  const asList = form.get("permissions_are") === "list";
  const read = parsePermissionsText(typeof typed === "string" ? typed : "", { asList });
  return "problem" in read ? new Unread(read.problem) : read.permissions;
}
