import { mailLater } from "@/app/_shell/mail-later";
import { toAccount } from "@/app/_wire/everyone";
import { leaveTrace } from "@/lib/audit/traces";
import { adminDialect } from "@/lib/doors/dialects/admin";
import { createEndpoint } from "@/lib/doors/endpoint";
import { requireAdminApi } from "@/lib/doors/guards";
import { readJson, validate } from "@/lib/doors/read-json";
import { mailWelcomeLink } from "@/lib/identity/password-reset";
import { readIdempotencyKey } from "@/lib/keys/schemas";
import { mailRoute } from "@/lib/notifications/mail";
import { createAccountSchema, listAccountsSchema } from "@/lib/users/account-schemas";
import { listAccounts } from "@/lib/users/accounts";
import { createAccount } from "@/lib/users/create-account";

export const { GET, POST, PUT, PATCH, DELETE } = createEndpoint(adminDialect, {
  GET: async (request) => {
    const actor = await requireAdminApi(request);
    const search = validate(listAccountsSchema, Object.fromEntries(new URL(request.url).searchParams));
    const { users, nextCursor } = await listAccounts(actor, search);
    // Whoever reads everyone does so unseen otherwise.
    if (!search.email && !search.external_id)
      leaveTrace(actor, { action: "users.listed", target: { kind: "export", id: "users" }, after: { rows: users.length } });
    return { data: { users: users.map(toAccount), next_cursor: nextCursor } };
  },

  POST: async (request) => {
    const actor = await requireAdminApi(request);
    const input = await readJson(request, createAccountSchema);
    const idempotencyKey = readIdempotencyKey(request.headers.get("idempotency-key"));
    const { user, isNew } = await createAccount(actor, input, idempotencyKey);
    if (isNew && input.send_mail) mailLater(() => mailWelcomeLink(user));
    return { status: 201, data: { user: toAccount(user), mail_sent: input.send_mail && mailRoute() === "out" } };
  },
});
