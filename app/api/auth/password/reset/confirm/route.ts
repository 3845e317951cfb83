import { identityDialect } from "@/lib/doors/dialects/identity";
import { createEndpoint } from "@/lib/doors/endpoint";
import { actorOf } from "@/lib/doors/guards";
import { readJson } from "@/lib/doors/read-json";
import { resetPassword } from "@/lib/identity/password-reset";
import { confirmResetSchema } from "@/lib/identity/schemas";
import { countAttempt } from "@/lib/identity/throttle";

export const { GET, POST, PUT, PATCH, DELETE } = createEndpoint(identityDialect, {
  POST: async (request) => {
    const actor = actorOf(request, "user", null);
    await countAttempt({ address: actor.address });
    const { token, new_password: password } = await readJson(request, confirmResetSchema);
    await resetPassword(actor, token, password);
    return { data: { message: "Password reset successfully" } };
  },
});
