import { z } from "zod";
import { adminKeyAnswer } from "@/app/_wire/every-key";
import { accountAnswer, creditEntryAnswer } from "@/app/_wire/everyone";
import { changeCreditsSchema, createAccountSchema, listAccountsSchema } from "@/lib/users/account-schemas";
import { gateOf, query } from "./every-key";
import { adminAnswer, BODY_FAILURES, body, type Group, idempotencyKey, type Parameter, unknownField } from "./operation";

const AT = new Date("2024-01-01T00:00:00.000Z");
const ID = "550e8400-e29b-41d4-a716-446655440000";

const USER: z.input<typeof accountAnswer> = {
  id: ID,
  external_id: "42",
  email: "user@example.com",
  name: "Asha Mrema",
  credits: 1500,
  role: "user",
  email_verified: true,
  banned: false,
  active_keys: 1,
  created_at: AT,
  last_seen_at: AT,
};

const userId: Parameter = {
  name: "id",
  in: "path",
  required: true,
  schema: z.string().min(1),
  description: "The user’s `id`, their account (`acc_…`), or an id elsewhere, alone or as `SOURCE:ID`.",
  example: ID,
};

/** What is done once is answered again, and shows no credential. */
const once: Parameter = {
  ...idempotencyKey,
  description:
    "Any text of your own, new for each request. Sent again within 30 days, nothing is done twice: that is the first answer again, or a 422 if the request is another.",
};

const { email, external_id: externalId, q, limit, cursor } = listAccountsSchema.shape;

export const USERS: Group = {
  slug: "users",
  name: "Users and credits",
  caller: "A service, or X-Admin-Secret: for systems that know people by e-mail or by an id of their own, and that sell credits.",
  about:
    "As everyone’s keys, with the same secret, answers and refusals. Whoever was imported, or was made here with an `external_id`, can be named by that id wherever a user’s id is asked for; where two people have it, that is a 409, and `SOURCE:ID` says which. Unknown fields are refused by name.",
  operations: [
    {
      id: "adminListUsers",
      method: "GET",
      path: "/api/users",
      summary: "List users, or find some",
      description:
        "The newest first. All of the conditions have to fit. `next_cursor` leads to the next page and is `null` on the last one.",
      dialect: "admin",
      callers: ["service", "adminSecret"],
      scope: "admin:read",
      parameters: [
        query("email", email, "user@example.com"),
        query("external_id", externalId, "42"),
        query("q", q, "asha"),
        query("limit", limit, 100),
        query("cursor", cursor, `1704067200000-${ID}`),
      ],
      answers: [
        adminAnswer(
          200,
          { description: "A page of users" },
          { users: z.array(accountAnswer), next_cursor: z.string().nullable() },
          { users: [USER], next_cursor: null },
        ),
      ],
      failures: [
        { code: "INVALID_INPUT", message: "limit must be from 1 to 1000" },
        { code: "INVALID_INPUT", message: "cursor is not valid" },
        unknownField("externalId", "external_id"),
        ...gateOf("admin:read"),
      ],
    },
    {
      id: "adminCreateUser",
      method: "POST",
      path: "/api/users",
      summary: "Make an account for somebody",
      description:
        "It has no password. The person chooses one by a link that is mailed to them, and good for an hour; after that, or where the server sends no mail, by a reset of the password, or they come with a trusted issuer’s token. Until then the address counts as not confirmed.",
      dialect: "admin",
      callers: ["service", "adminSecret"],
      scope: "admin:write",
      parameters: [once],
      body: body(createAccountSchema, {
        shortest: { email: "user@example.com" },
        moved: { email: "user@example.com", first_name: "Asha", last_name: "Mrema", external_id: 42, source: "mifumo" },
        sold: { email: "user@example.com", credits: 5000, send_mail: false },
      }),
      answers: [
        adminAnswer(
          201,
          { description: "The user" },
          {
            user: accountAnswer,
            mail_sent: z.boolean().meta({
              description: "Whether the link is on its way: not with `send_mail: false`, nor where the server sends no mail.",
            }),
          },
          {
            user: { ...USER, email_verified: false, active_keys: 0, last_seen_at: null },
            mail_sent: true,
          },
        ),
      ],
      failures: [
        { code: "INVALID_INPUT", message: "email is required" },
        unknownField("externalId", "external_id"),
        "INVALID_IDEMPOTENCY_KEY",
        ...BODY_FAILURES,
        { code: "USER_EXISTS", facts: { user: { id: ID } } },
        "IDEMPOTENCY_KEY_MISMATCH",
        ...gateOf("admin:write"),
      ],
    },
    {
      id: "adminGetUser",
      method: "GET",
      path: "/api/users/{id}",
      summary: "One user and their keys",
      description: "The newest thousand keys, masked; deleted ones are not among them.",
      dialect: "admin",
      callers: ["service", "adminSecret"],
      scope: "admin:read",
      parameters: [userId],
      answers: [
        adminAnswer(
          200,
          { description: "The user and the keys" },
          { user: accountAnswer, keys: z.array(adminKeyAnswer) },
          {
            user: USER,
            keys: [
              {
                id: 123,
                key: "datazag_abc123...",
                name: "My API Key",
                active: true,
                created_at: AT,
                user_email: "user@example.com",
                user_credits: 1500,
              },
            ],
          },
        ),
      ],
      failures: ["USER_NOT_FOUND", "AMBIGUOUS_USER_ID", ...gateOf("admin:read")],
    },
    {
      id: "adminChangeCredits",
      method: "POST",
      path: "/api/users/{id}/credits",
      summary: "Add credits, or take some",
      description:
        "An entry in the ledger, which the person sees with its reason. What has a `reference` is done once: sent again for the same person and amount, it is the same answer. Nothing is taken that is not there.",
      dialect: "admin",
      callers: ["service", "adminSecret"],
      scope: "admin:write",
      parameters: [userId, once],
      body: body(changeCreditsSchema, {
        sold: { amount: 500, reason: "Order 1042", reference: "order-1042" },
        taken: { amount: -200, reason: "Refunded" },
      }),
      answers: [
        adminAnswer(
          200,
          { description: "The user with the new balance, and the entry" },
          { user: accountAnswer, entry: creditEntryAnswer },
          { user: USER, entry: { id: 77, amount: 500, reason: "Order 1042", reference: "order-1042", at: AT } },
        ),
      ],
      failures: [
        { code: "INVALID_INPUT", message: "amount must be a whole number, not zero" },
        { code: "INVALID_INPUT", message: "reason is required" },
        unknownField("ammount", "amount"),
        "INVALID_IDEMPOTENCY_KEY",
        ...BODY_FAILURES,
        "USER_NOT_FOUND",
        { code: "INSUFFICIENT_CREDITS", message: "There are only 100 credits to remove." },
        "AMBIGUOUS_USER_ID",
        "REFERENCE_MISMATCH",
        "IDEMPOTENCY_KEY_MISMATCH",
        ...gateOf("admin:write"),
      ],
    },
  ],
};
