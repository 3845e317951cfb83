import { identityDialect } from "@/lib/doors/dialects/identity";
import { createEndpoint } from "@/lib/doors/endpoint";
import { actorOf, findSession } from "@/lib/doors/guards";
import { readJson } from "@/lib/doors/read-json";
import { logoutSchema } from "@/lib/identity/schemas";
import { endSession } from "@/lib/identity/sessions";

export const { GET, POST, PUT, PATCH, DELETE } = createEndpoint(identityDialect, {
  POST: async (request) => {
    const { refresh } = await readJson(request, logoutSchema);
    const session = await findSession(request, refresh);
    if (session) await endSession(actorOf(request, "user", session.userId), session);
    return { data: { message: "Logout successful" } };
  },
});
