import { identityDialect } from "@/lib/doors/dialects/identity";
import { createEndpoint } from "@/lib/doors/endpoint";
import { actorOf } from "@/lib/doors/guards";
import { readJson } from "@/lib/doors/read-json";
import { browserHeader } from "@/lib/identity/attempts";
import { resetPassword } from "@/lib/identity/password-reset";
import { confirmResetSchema } from "@/lib/identity/schemas";
import { countAsking } from "@/lib/identity/throttle";

export const { GET, POST, PUT, PATCH, DELETE } = createEndpoint(identityDialect, {
  POST: async (request) => {
    const actor = actorOf(request, "user", null);
    await countAsking(actor.address);
    const { token, new_password: text } = await readJson(request, confirmResetSchema);
    const { userId } = await resetPassword(actor, token, { text, field: "new_password" });
    const headers = browserHeader({ actor, headers: request.headers }, userId);
    return { data: { message: "Password reset successfully" }, headers };
  },
});
