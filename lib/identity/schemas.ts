import { maskCredentials } from "@latchkey/rule/credentials";
import { hasVisible, isNameText, isPlainText } from "@latchkey/rule/plain-text";
import { z } from "zod";
import { emailInOneForm } from "@/lib/values/email";
import { MAX_EMAIL_LENGTH, MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from "@/lib/values/lengths";

// The sentences are those existing clients of the Mifumo API show to people.
const REQUIRED = "This field is required.";
const BLANK = "This field may not be blank.";
const DIFFERENT = "Passwords don't match.";

const text = (max: number, least = 1) =>
  z
    .string(REQUIRED)
    .trim()
    .min(least, { error: BLANK, abort: true })
    .max(max, { error: `Ensure this field has no more than ${max} characters.`, abort: true })
    .refine(isPlainText, { error: "This field must not contain control characters.", abort: true })
    .refine(
      (written) => written === "" || isNameText(written),
      "This field must have something to see, and nothing that turns text around.",
    )
    .transform(maskCredentials);
const email = z
  .string(REQUIRED)
  .trim()
  .min(1, { error: BLANK, abort: true })
  .max(MAX_EMAIL_LENGTH, { error: "Enter a valid email address.", abort: true })
  .transform(emailInOneForm)
  .pipe(z.email({ error: "Enter a valid email address.", abort: true }).max(MAX_EMAIL_LENGTH, "Enter a valid email address."))
  // It is kept as it is, so that a credential in it would be too.
  .refine((address) => maskCredentials(address) === address, "Enter a valid email address.")
  .meta({
    format: "email",
    description:
      "Upper and lower case count as the same, and so do an international domain and its form in ASCII, which is kept.",
  });
const TOO_SHORT = `This password is too short. It must contain at least ${MIN_PASSWORD_LENGTH} characters.`;
/** What it may not be for other reasons, new-password.ts says. */
const newPassword = z
  .string(REQUIRED)
  .min(MIN_PASSWORD_LENGTH, { error: TOO_SHORT, abort: true })
  .max(MAX_PASSWORD_LENGTH, `This password is too long. It must contain at most ${MAX_PASSWORD_LENGTH} characters.`)
  .refine((password) => password.isWellFormed(), {
    error: "This password contains characters that cannot be stored.",
    abort: true,
  })
  // Counted as the hash takes it: characters, and not what they are stored as.
  .refine((password) => [...password.normalize("NFKC")].length >= MIN_PASSWORD_LENGTH, { error: TOO_SHORT, abort: true })
  .refine(hasVisible, "This password has nothing to see in it.")
  .meta({
    description: `${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters of any kind, something to see among them. None of the commonest passwords, and without what stands before the \`@\` or a name of the person, where that has four letters or more.`,
  });
const phoneNumber = z
  .string("Enter a valid phone number.")
  .trim()
  .regex(/^(\+?[0-9][0-9 ()./-]{5,24})?$/, "Enter a valid phone number.")
  .nullish()
  .transform((number) => (number === undefined ? undefined : number || null))
  .meta({ description: "Digits with spaces, dots, dashes and brackets between them; `null` or empty: none." });
const timezone = z
  .string("Enter a valid timezone.")
  .max(64, { error: "Enter a valid timezone.", abort: true })
  .refine(isTimezone, "Enter a valid timezone.")
  .meta({ description: "A name of the IANA time zone database, such as `Africa/Dar_es_Salaam`." });

export const registerSchema = z
  .object({
    email,
    password: newPassword,
    password_confirm: z.string(REQUIRED).meta({ description: "The password again." }),
    first_name: text(100),
    last_name: text(100),
    phone_number: phoneNumber,
    timezone: timezone.optional(),
  })
  .refine((input) => input.password === input.password_confirm, { error: DIFFERENT, path: [] });

/** What of a new account is not only a matter of its form, each by itself. */
export const accountFields = { email, password: newPassword };

export type RegisterInput = z.output<typeof registerSchema>;

/** Who signs up on a page writes their name as they write it, and the password once: the page shows it. */
export const signUpSchema = z
  .object({ email, password: newPassword, name: text(100), timezone: timezone.optional() })
  .transform(({ name, ...account }) => ({ ...account, ...divideName(name) }));

/** At the last space, as most names are; the settings can say otherwise. A name of one word is a first name alone. */
export function divideName(name: string): { first_name: string; last_name: string } {
  const [, ...others] = name.split(/\s+/);
  const last = others.at(-1) ?? "";
  return { first_name: name.slice(0, name.length - last.length).trim(), last_name: last };
}

/** Anything that could be an address or a password goes on to the check, so that a wrong form costs the same answer. */
export const loginSchema = z.object({
  email: z.string(REQUIRED).trim().min(1, BLANK).max(320, "Enter a valid email address.").transform(emailInOneForm),
  password: z.string(REQUIRED).min(1, BLANK).max(1024, "This password is too long."),
});

export const refreshSchema = z.object({ refresh: z.string(REQUIRED).min(1, BLANK).meta({ description: "A refresh token." }) });

export const logoutSchema = z.object({
  refresh: z.string().optional().catch(undefined).meta({
    description:
      "A refresh token, also an expired one, whose session is to end. Without one of ours: that of the cookie or of the access token.",
  }),
});

export const changePasswordSchema = z.object({
  currentPassword: z.string(REQUIRED).max(1024, "This password is too long.").meta({ description: "The password until now." }),
  newPassword,
});

/** The same, as programs write it. */
export const changeOwnPasswordSchema = z
  .object({
    old_password: z
      .string(REQUIRED)
      .min(1, BLANK)
      .max(1024, "This password is too long.")
      .meta({ description: "The password until now." }),
    new_password: newPassword,
    new_password_confirm: z.string("Not a valid string.").nullish().meta({ description: "The new password again." }),
  })
  .refine((input) => input.new_password === (input.new_password_confirm ?? input.new_password), { error: DIFFERENT, path: [] });

export const confirmPasswordSchema = z.object({
  password: z.string(REQUIRED).min(1, "Enter your password.").max(1024, "This is not your password."),
});

export const replaceProfileSchema = z.object({
  first_name: text(100),
  last_name: text(100, 0).meta({ description: "May be empty: some people have one name." }),
  phone_number: phoneNumber,
  timezone: timezone.optional(),
});

export const changeProfileSchema = replaceProfileSchema.partial();

export type ProfileInput = z.output<typeof changeProfileSchema>;

export const forgotPasswordSchema = z.object({ email });

export const resetPasswordSchema = z.object({ token: z.string().max(200).catch(""), password: newPassword });

/** Who made the account is answered only where the page asks for it, and a password is needed by one of the answers alone. */
export const verifyEmailSchema = z
  .object({
    token: z.string().max(200).catch(""),
    maker: z.enum(["me", "someone-else"]).optional().catch(undefined),
    password: z.string().optional(),
  })
  .transform(({ token, maker, password }, context) => {
    if (!maker) return { token, answer: null };
    if (maker === "me") return { token, answer: { isMaker: true } as const };
    const chosen = newPassword.safeParse(password);
    for (const { message } of chosen.error?.issues ?? []) context.addIssue({ code: "custom", path: ["password"], message });
    return { token, answer: { isMaker: false, password: { text: chosen.data ?? "", field: "password" } } as const };
  });

/** A reset, as programs write it. */
export const confirmResetSchema = z.object({
  token: z.string(REQUIRED).min(1, BLANK).meta({ description: "What stands behind `token=` in the mailed link." }),
  new_password: newPassword,
});

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
