import { identityDialect } from "@/lib/doors/dialects/identity";
import { createEndpoint } from "@/lib/doors/endpoint";
import { requireApiUser } from "@/lib/doors/guards";
import { readJson } from "@/lib/doors/read-json";
import { attemptInSession } from "@/lib/identity/attempts";
import { changePassword } from "@/lib/identity/passwords";
import { changeOwnPasswordSchema } from "@/lib/identity/schemas";

export const { GET, POST, PUT, PATCH, DELETE } = createEndpoint(identityDialect, {
  POST: async (request) => {
    const user = await requireApiUser(request);
    const { old_password: current, new_password: text } = await readJson(request, changeOwnPasswordSchema);
    // The old password could be guessed here as well as at the log-in.
    await attemptInSession(user, { run: () => changePassword(user, { current, next: { text, field: "new_password" } }) });
    return { data: { message: "Password changed successfully" } };
  },
});
