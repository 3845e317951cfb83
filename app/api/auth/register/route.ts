import { mailLater } from "@/app/_shell/mail-later";
import { toUser } from "@/app/_wire/people";
import { identityDialect } from "@/lib/doors/dialects/identity";
import { createEndpoint } from "@/lib/doors/endpoint";
import { actorOf } from "@/lib/doors/guards";
import { readJson } from "@/lib/doors/read-json";
import { registerUser } from "@/lib/identity/accounts";
import { browserHeader } from "@/lib/identity/attempts";
import { mailVerificationLink } from "@/lib/identity/email-verification";
import { registerSchema } from "@/lib/identity/schemas";
import { openSession } from "@/lib/identity/sessions";
import { countAsking } from "@/lib/identity/throttle";

export const { GET, POST, PUT, PATCH, DELETE } = createEndpoint(identityDialect, {
  POST: async (request) => {
    const actor = actorOf(request, "user", null);
    await countAsking(actor.address);
    const input = await readJson(request, registerSchema);
    const { id } = await registerUser(actor, input);
    const { user, tokens } = await openSession(actor, id, request.headers.get("user-agent"));
    mailLater(() => mailVerificationLink(id));
    const headers = browserHeader({ actor, headers: request.headers }, id);
    return { status: 201, data: { message: "User registered successfully", user: toUser(user), tokens }, headers };
  },
});
