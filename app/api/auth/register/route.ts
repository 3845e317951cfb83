import { mailLater } from "@/app/_shell/mail-later";
import { toUser } from "@/app/_wire/people";
import type { Actor } from "@/lib/audit/actors";
import { identityDialect } from "@/lib/doors/dialects/identity";
import { createEndpoint } from "@/lib/doors/endpoint";
import { actorOf } from "@/lib/doors/guards";
import { parseObject, readBody, validate } from "@/lib/doors/read-json";
import { registerUser, withAllRefusals } from "@/lib/identity/accounts";
import { browserHeader } from "@/lib/identity/attempts";
import { mailVerificationLink } from "@/lib/identity/email-verification";
import { registerSchema } from "@/lib/identity/schemas";
import { openSession } from "@/lib/identity/sessions";
import { countAsking } from "@/lib/identity/throttle";

export const { GET, POST, PUT, PATCH, DELETE } = createEndpoint(identityDialect, {
  POST: async (request) => {
    const actor = actorOf(request, "user", null);
    await countAsking(actor.address);
    const typed = parseObject(await readBody(request));
    const { id } = await register(actor, typed);
    const { user, tokens } = await openSession(actor, id, request.headers.get("user-agent"));
    mailLater(() => mailVerificationLink(id));
    const headers = browserHeader({ actor, headers: request.headers }, id);
    return { status: 201, data: { message: "User registered successfully", user: toUser(user), tokens }, headers };
  },
});

async function register(actor: Actor, typed: Record<string, unknown>): Promise<{ id: string }> {
  try {
    return await registerUser(actor, validate(registerSchema, typed));
  } catch (error) {
    throw await withAllRefusals(error, typed);
  }
}
