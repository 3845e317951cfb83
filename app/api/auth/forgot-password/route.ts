import { askForResetLink } from "@/app/_shell/reset-link";
import { identityDialect } from "@/lib/doors/dialects/identity";
import { createEndpoint } from "@/lib/doors/endpoint";
import { actorOf } from "@/lib/doors/guards";
import { readJson } from "@/lib/doors/read-json";
import { returnPath } from "@/lib/identity/return-path";
import { forgotPasswordSchema } from "@/lib/identity/schemas";
import { countAsking } from "@/lib/identity/throttle";

export const { GET, POST, PUT, PATCH, DELETE } = createEndpoint(identityDialect, {
  POST: async (request) => {
    const actor = actorOf(request, "user", null);
    await countAsking(actor.address);
    const { email } = await readJson(request, forgotPasswordSchema);
    return { data: { message: await askForResetLink(actor, email, returnPath(null)) } };
  },
});
