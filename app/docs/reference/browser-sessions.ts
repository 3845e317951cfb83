import { z } from "zod";
import { changePasswordSchema } from "@/lib/identity/schemas";
import { TOO_COMMON } from "./identity-samples";
import { type Answer, answer, BODY_FAILURES, body, type Group, libraryRefusal, unknownField } from "./operation";

const sessionUser = z
  .strictObject({
    id: z.uuid(),
    email: z.email(),
    emailVerified: z.boolean(),
    name: z.string(),
    firstName: z.string(),
    lastName: z.string(),
    image: z.string().nullable(),
    role: z.enum(["user", "admin"]),
    banned: z.boolean(),
    banExpiresAt: z.date().nullable(),
    createdAt: z.date(),
    updatedAt: z.date(),
  })
  .meta({ id: "SessionUser" });

const USER = {
  id: "550e8400-e29b-41d4-a716-446655440000",
  email: "asha@example.com",
  emailVerified: false,
  name: "Asha Mrema",
  firstName: "Asha",
  lastName: "Mrema",
  image: null,
  role: "user" as const,
  banned: false,
  banExpiresAt: null,
  createdAt: new Date("2025-01-20T10:30:00.000Z"),
  updatedAt: new Date("2025-01-20T10:30:00.000Z"),
};

const setsCookie = (set: Answer): Answer => ({ ...set, headers: ["Set-Cookie"] });
const FOREIGN = libraryRefusal(403, {
  INVALID_ORIGIN: "Invalid origin",
  MISSING_OR_NULL_ORIGIN: "Missing or null Origin",
  INVALID_CALLBACK_URL: "Invalid callbackURL",
  CROSS_SITE_NAVIGATION_LOGIN_BLOCKED: "Cross-site navigation login blocked",
});
const OTHER_TYPE = libraryRefusal(415, { UNSUPPORTED_MEDIA_TYPE: 'Content-Type "text/plain" is not allowed.' });

const changePasswordBody = changePasswordSchema
  .extend({ revokeOtherSessions: z.unknown().optional().meta({ description: "They end, whatever it says." }) })
  .strict();

export const BROWSER_SESSIONS: Group = {
  slug: "browser-sessions",
  name: "Browser sessions",
  caller: "A cookie, for the portal’s own pages only.",
  about:
    "The identity library’s own routes, for pages of the portal’s own origin. The cookie is HttpOnly and speaks for calls to the user API from those pages. Programs take tokens instead.",
  operations: [
    {
      id: "signIn",
      method: "POST",
      path: "/api/auth/sign-in/email",
      summary: "Open a session and get its cookie",
      dialect: "library",
      callers: [],
      body: body(
        z.strictObject({
          email: z.string(),
          password: z.string(),
          rememberMe: z.boolean().optional().meta({ description: "`false`: until the browser is closed." }),
          callbackURL: z.string().optional().meta({ description: "Echoed as `url`; an address of this origin." }),
        }),
        { account: { email: "asha@example.com", password: "correct horse battery" } },
      ),
      answers: [
        setsCookie(
          answer(
            200,
            "Signed in",
            z.strictObject({ redirect: z.boolean(), token: z.string(), url: z.string().optional(), user: sessionUser }),
            { success: { redirect: false, token: "SpBhz4UwcVpM…", user: USER } },
          ),
        ),
        libraryRefusal(400, {
          VALIDATION_ERROR: "[body.password] Invalid input: expected string",
          INVALID_EMAIL: "Invalid email",
        }),
        libraryRefusal(401, { INVALID_EMAIL_OR_PASSWORD: "Invalid email or password" }),
        FOREIGN,
        OTHER_TYPE,
      ],
      failures: [
        unknownField("remember_me", "rememberMe"),
        { code: "INVALID_INPUT", message: "callbackURL must be a string" },
        ...BODY_FAILURES,
        "ORIGIN_NOT_ALLOWED",
        "TOO_MANY_REQUESTS",
        "TEMPORARILY_UNAVAILABLE",
      ],
    },
    {
      id: "signOut",
      method: "POST",
      path: "/api/auth/sign-out",
      summary: "End the session of the cookie",
      dialect: "library",
      callers: ["sessionCookie"],
      isOpen: true,
      ends: "the session of this browser",
      answers: [
        setsCookie(answer(200, "Ended", z.strictObject({ success: z.literal(true) }), { success: { success: true } })),
        FOREIGN,
        OTHER_TYPE,
      ],
      failures: ["UNKNOWN_FIELD", ...BODY_FAILURES, "ORIGIN_NOT_ALLOWED", "TEMPORARILY_UNAVAILABLE"],
    },
    {
      id: "changePassword",
      method: "POST",
      path: "/api/auth/change-password",
      summary: "Change the password; other sessions end",
      dialect: "library",
      callers: ["sessionCookie"],
      ends: "every other session, with its tokens",
      body: body(changePasswordBody, {
        passwords: { currentPassword: "correct horse battery", newPassword: "staple of another kind" },
      }),
      answers: [
        setsCookie(
          answer(200, "Changed", z.strictObject({ token: z.string(), user: sessionUser }), {
            success: { token: "uWx0Nov0PM1l…", user: USER },
          }),
        ),
        libraryRefusal(400, { INVALID_PASSWORD: "Invalid password", PASSWORD_TOO_LONG: "Password too long" }),
        libraryRefusal(401, { UNAUTHORIZED: "Unauthorized" }),
      ],
      failures: [
        { code: "INVALID_INPUT", message: TOO_COMMON },
        "UNKNOWN_FIELD",
        ...BODY_FAILURES,
        "ORIGIN_NOT_ALLOWED",
        "CONFLICT",
        "TOO_MANY_REQUESTS",
        "TEMPORARILY_UNAVAILABLE",
      ],
    },
  ],
};
