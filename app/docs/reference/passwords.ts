import { z } from "zod";
import { userAnswer as userObject } from "@/app/_wire/people";
import { changeOwnPasswordSchema, changeProfileSchema, confirmResetSchema, forgotPasswordSchema } from "@/lib/identity/schemas";
import { ERRORS } from "@/lib/values/errors";
import { PASSWORD, PROFILE, RESET_TOKEN, required, THROTTLE, TOO_COMMON, USER, wrong } from "./identity-samples";
import {
  answer,
  BODY_FAILURES,
  body,
  type Group,
  type Operation,
  USER_CALLERS,
  USER_FAILURES,
  userAnswer,
  WRITER_FAILURES,
} from "./operation";

const SETTINGS = "/api/auth/settings/profile/";
const NEXT = "staple of another kind";

const told = (description: string, message: string) =>
  answer(200, description, z.strictObject({ message: z.string() }), { success: { message } });

const saveSettings = (id: string, method: "PUT" | "PATCH"): Operation => ({
  id,
  method,
  path: SETTINGS,
  summary: "Change some of the profile",
  description: "What is left out stays as it is, with PUT as well as with PATCH.",
  dialect: "identity",
  callers: USER_CALLERS,
  body: body(changeProfileSchema, { profile: PROFILE, timezone: { timezone: "Africa/Dar_es_Salaam" } }, { required: false }),
  answers: [userAnswer(200, "Profile settings updated successfully", userObject, { success: USER })],
  failures: [
    wrong({ phone_number: ["Enter a valid phone number."] }),
    ...BODY_FAILURES,
    ...WRITER_FAILURES,
    "TEMPORARILY_UNAVAILABLE",
  ],
});

export const PASSWORDS: Group = {
  slug: "passwords",
  name: "Profile settings and passwords",
  caller: "A token; forgotten passwords are open to anyone.",
  about:
    "The profile as front ends load it at every page, and passwords. Wrong input is a map of field to sentences; all other refusals have a `message`.",
  operations: [
    {
      id: "getProfileSettings",
      method: "GET",
      path: SETTINGS,
      summary: "Read the account, as `data`",
      dialect: "identity",
      callers: USER_CALLERS,
      answers: [userAnswer(200, "Profile settings retrieved successfully", userObject, { success: USER })],
      failures: [...USER_FAILURES, "TEMPORARILY_UNAVAILABLE"],
    },
    saveSettings("saveProfileSettings", "PUT"),
    saveSettings("changeProfileSettings", "PATCH"),
    {
      id: "changeOwnPassword",
      method: "POST",
      path: "/api/auth/password/change/",
      summary: "Change the password; other sessions end",
      description:
        "Links that were mailed are dead as well. The session that asks goes on. Wrong old passwords are limited to 20 a minute by the session, together with every other form that asks for it again.",
      dialect: "identity",
      callers: USER_CALLERS,
      ends: "every other session, with its tokens",
      body: body(changeOwnPasswordSchema, {
        passwords: { old_password: PASSWORD, new_password: NEXT, new_password_confirm: NEXT },
      }),
      answers: [told("Changed", "Password changed successfully")],
      failures: [
        { code: "WRONG_PASSWORD", fields: { old_password: [ERRORS.WRONG_PASSWORD.message] } },
        wrong({ non_field_errors: ["Passwords don't match."] }),
        required("new_password"),
        wrong({ new_password: [TOO_COMMON] }),
        ...BODY_FAILURES,
        ...USER_FAILURES,
        "CONFLICT",
        THROTTLE,
        "TEMPORARILY_UNAVAILABLE",
      ],
    },
    {
      id: "forgotPassword",
      method: "POST",
      path: "/api/auth/forgot-password/",
      summary: "Ask for a link to a new password",
      description:
        "The answer is the same whether anybody has this address or not. The link works once, for one hour. At most three mails to one address in a quarter of an hour; the link in the last one works all the same.",
      dialect: "identity",
      callers: [],
      body: body(forgotPasswordSchema, { address: { email: "asha@example.com" } }),
      answers: [
        told(
          "Asked for",
          "If there is an account with this address, a link is on its way to it. The link works once, for one hour.",
        ),
      ],
      failures: [required("email"), ...BODY_FAILURES, "ORIGIN_NOT_ALLOWED", THROTTLE, "TEMPORARILY_UNAVAILABLE"],
    },
    {
      id: "resetPassword",
      method: "POST",
      path: "/api/auth/password/reset/confirm/",
      summary: "Set a new password with the token of a mailed link",
      description:
        "Every session ends. The browser that sends it is known to the account from then on, as after a log-in. Where nobody had confirmed the address, this does: keys that whoever signed up has made are disabled then, and can be enabled again.",
      dialect: "identity",
      callers: [],
      ends: "every session of whom the link was mailed to",
      body: body(confirmResetSchema, {
        token: { token: RESET_TOKEN, new_password: NEXT },
      }),
      answers: [told("Set", "Password reset successfully")],
      failures: [
        { code: "LINK_NOT_VALID", fields: { non_field_errors: [ERRORS.LINK_NOT_VALID.message] } },
        required("token"),
        wrong({ new_password: [TOO_COMMON] }),
        ...BODY_FAILURES,
        "ORIGIN_NOT_ALLOWED",
        THROTTLE,
        "TEMPORARILY_UNAVAILABLE",
      ],
    },
  ],
};
