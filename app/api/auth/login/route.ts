import { toUser } from "@/app/_wire/people";
import { identityDialect } from "@/lib/doors/dialects/identity";
import { createEndpoint } from "@/lib/doors/endpoint";
import { actorOf } from "@/lib/doors/guards";
import { readJson } from "@/lib/doors/read-json";
import { browserHeader } from "@/lib/identity/attempts";
import { loginSchema } from "@/lib/identity/schemas";
import { signIn } from "@/lib/identity/sessions";

export const { GET, POST, PUT, PATCH, DELETE } = createEndpoint(identityDialect, {
  POST: async (request) => {
    const { email, password } = await readJson(request, loginSchema);
    const caller = { actor: actorOf(request, "user", null), headers: request.headers };
    const { user, tokens } = await signIn(caller, email, password);
    return { data: { message: "Login successful", user: toUser(user), tokens }, headers: browserHeader(caller, user.id) };
  },
});
