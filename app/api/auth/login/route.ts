import { toUser } from "@/app/_wire/people";
import { identityDialect } from "@/lib/doors/dialects/identity";
import { createEndpoint } from "@/lib/doors/endpoint";
import { actorOf } from "@/lib/doors/guards";
import { readJson } from "@/lib/doors/read-json";
import { loginSchema } from "@/lib/identity/schemas";
import { signIn } from "@/lib/identity/sessions";
import { countAttempt } from "@/lib/identity/throttle";

export const { GET, POST, PUT, PATCH, DELETE } = createEndpoint(identityDialect, {
  POST: async (request) => {
    const actor = actorOf(request, "user", null);
    await countAttempt({ address: actor.address });
    const { email, password } = await readJson(request, loginSchema);
    await countAttempt({ account: email });
    const { user, tokens } = await signIn(actor, email, password, request.headers.get("user-agent"));
    return { data: { message: "Login successful", user: toUser(user), tokens } };
  },
});
