import { z } from "zod";
import { userAnswer as userObject } from "@/app/_wire/people";
import {
  changeProfileSchema,
  loginSchema,
  logoutSchema,
  refreshSchema,
  registerSchema,
  replaceProfileSchema,
} from "@/lib/identity/schemas";
import { PASSWORD, PROFILE, required, THROTTLE, TOO_COMMON, USER, wrong } from "./identity-samples";
import { answer, BODY_FAILURES, body, type Group, USER_CALLERS, USER_FAILURES, WRITER_FAILURES } from "./operation";

const TOKENS = { access: "eyJhbGciOiJFUzI1NiIs…", refresh: "eyJhbGciOiJFUzI1NiIs…" };

const tokens = z
  .strictObject({
    access: z.string().meta({ description: "A JWT, good for an hour. Its claims name the person: `user_id` and `email`." }),
    refresh: z
      .string()
      .meta({ description: "Good for seven days, and for seven more each time it is used, up to ninety days after the log-in." }),
  })
  .meta({ id: "Tokens" });

const signedIn = (message: string) => z.strictObject({ message: z.literal(message), user: userObject, tokens });
export const ACCOUNTS: Group = {
  slug: "accounts",
  name: "Accounts and tokens",
  caller: "Open to anyone; profile and log-out take the token itself.",
  about:
    "Successful answers have no `success` key. Wrong input is a map of field to sentences; `non_field_errors` holds those of no single field, and `message` has them too when they are all there is. Every other refusal has a `message`. Wrong passwords are limited to 20 a minute by network (an IPv4 address, a /64 of IPv6, ten times as many in a /48), and to ten times as many by account; right ones are not counted. Whoever signs in gets a cookie, `latchkey.devices` or with the port in its name: a browser that sends it back, and a network from which the account signed in, have 20 a minute of their own for 90 days, and what others do does not keep them out. Clients that are no browsers need not keep it. Registering, asking for mails and using their links are limited to 20 a minute by network, whatever comes of it. A 429 says in `Retry-After` how many seconds to wait, 60 at most for a password.",
  operations: [
    {
      id: "register",
      method: "POST",
      path: "/api/auth/register/",
      summary: "Make an account and get its tokens",
      description:
        "Where this portal waits for the e-mail address to be confirmed, its credits come with that: `credits` is 0 until then. Whoever opens the mailed link without being signed in to the account is asked whether they made it; if not, its sessions and password end and the keys made so far are revoked.",
      dialect: "identity",
      callers: [],
      body: body(registerSchema, {
        account: { email: "asha@example.com", password: PASSWORD, password_confirm: PASSWORD, ...PROFILE },
        shortest: {
          email: "asha@example.com",
          password: PASSWORD,
          password_confirm: PASSWORD,
          first_name: "Asha",
          last_name: "Mrema",
        },
      }),
      answers: [
        answer(201, "The account, signed in", signedIn("User registered successfully"), {
          success: { message: "User registered successfully", user: USER, tokens: TOKENS },
        }),
      ],
      failures: [
        { code: "EMAIL_TAKEN", fields: { email: ["user with this email already exists."] } },
        wrong({ non_field_errors: ["Passwords don't match."] }),
        required("first_name"),
        wrong({ password: [TOO_COMMON] }),
        ...BODY_FAILURES,
        "ORIGIN_NOT_ALLOWED",
        THROTTLE,
        "TEMPORARILY_UNAVAILABLE",
      ],
    },
    {
      id: "login",
      method: "POST",
      path: "/api/auth/login/",
      summary: "Get tokens for an e-mail address and password",
      description: "Unknown addresses, wrong passwords and banned users get the same answer in like time.",
      dialect: "identity",
      callers: [],
      body: body(loginSchema, { account: { email: "asha@example.com", password: PASSWORD } }),
      answers: [
        answer(200, "Signed in", signedIn("Login successful"), {
          success: { message: "Login successful", user: USER, tokens: TOKENS },
        }),
      ],
      failures: [
        { code: "INVALID_CREDENTIALS", fields: { non_field_errors: ["Invalid credentials."] } },
        required("email"),
        ...BODY_FAILURES,
        "ORIGIN_NOT_ALLOWED",
        THROTTLE,
        "TEMPORARILY_UNAVAILABLE",
      ],
    },
    {
      id: "refreshTokens",
      method: "POST",
      path: "/api/auth/token/refresh/",
      summary: "Get a new access token",
      description:
        "The refresh token sent stays usable until it expires, its session is logged out or the password changes. A session ends ninety days after its log-in, refreshed or not.",
      dialect: "identity",
      callers: [],
      body: body(refreshSchema, { token: { refresh: TOKENS.refresh } }),
      answers: [answer(200, "Fresh tokens", tokens, { success: TOKENS })],
      failures: [
        required("refresh"),
        ...BODY_FAILURES,
        "REFRESH_TOKEN_NOT_VALID",
        "ORIGIN_NOT_ALLOWED",
        "TEMPORARILY_UNAVAILABLE",
      ],
    },
    {
      id: "logout",
      method: "POST",
      path: "/api/auth/logout/",
      summary: "End a refresh token and its session",
      description: "Answers 200 also when there is nothing to end.",
      dialect: "identity",
      callers: [...USER_CALLERS],
      isOpen: true,
      ends: "the session, with its cookie and all of its tokens",
      body: body(logoutSchema, { token: { refresh: TOKENS.refresh } }, { required: false }),
      answers: [
        answer(200, "Ended", z.strictObject({ message: z.literal("Logout successful") }), {
          success: { message: "Logout successful" },
        }),
      ],
      failures: [...BODY_FAILURES, "ORIGIN_NOT_ALLOWED", "TEMPORARILY_UNAVAILABLE"],
    },
    {
      id: "getProfile",
      method: "GET",
      path: "/api/auth/profile/",
      summary: "Read the account",
      dialect: "identity",
      callers: USER_CALLERS,
      answers: [answer(200, "The account", userObject, { success: USER })],
      failures: [...USER_FAILURES, "TEMPORARILY_UNAVAILABLE"],
    },
    {
      id: "replaceProfile",
      method: "PUT",
      path: "/api/auth/profile/",
      summary: "Replace name, phone number and time zone",
      dialect: "identity",
      callers: USER_CALLERS,
      body: body(replaceProfileSchema, { profile: PROFILE }),
      answers: [answer(200, "The account as it is now", userObject, { success: USER })],
      failures: [required("first_name"), ...BODY_FAILURES, ...WRITER_FAILURES, "TEMPORARILY_UNAVAILABLE"],
    },
    {
      id: "changeProfile",
      method: "PATCH",
      path: "/api/auth/profile/",
      summary: "Change some of them",
      description: "What is left out stays as it is.",
      dialect: "identity",
      callers: USER_CALLERS,
      body: body(changeProfileSchema, { timezone: { timezone: "Africa/Dar_es_Salaam" } }, { required: false }),
      answers: [answer(200, "The account as it is now", userObject, { success: USER })],
      failures: [
        wrong({ timezone: ["Enter a valid timezone."] }),
        ...BODY_FAILURES,
        ...WRITER_FAILURES,
        "TEMPORARILY_UNAVAILABLE",
      ],
    },
    {
      id: "getKeySet",
      method: "GET",
      path: "/api/auth/jwks",
      summary: "Public keys that access tokens are signed with",
      description: "A JSON Web Key Set (RFC 7517). Tokens name their key by `kid`.",
      dialect: "user",
      callers: [],
      answers: [
        answer(
          200,
          "The key set",
          z.strictObject({
            keys: z.array(
              z.strictObject({
                alg: z.literal("ES256"),
                crv: z.literal("P-256"),
                kty: z.literal("EC"),
                x: z.string(),
                y: z.string(),
                kid: z.uuid(),
              }),
            ),
          }),
          {
            success: {
              keys: [
                {
                  alg: "ES256",
                  crv: "P-256",
                  kty: "EC",
                  x: "UpYUy3FyYLqchiv0rDIuzBoTWbumF8scMXzAPEOI9nw",
                  y: "ijx2syg1-Sg1IlndXKKrCcGDRvd3xalx2mlt3FOmpds",
                  kid: "bf33d116-2657-459e-bc22-31648ddaa6c5",
                },
              ],
            },
          },
        ),
      ],
      failures: ["ORIGIN_NOT_ALLOWED", "TEMPORARILY_UNAVAILABLE"],
    },
  ],
};
