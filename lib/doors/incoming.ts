import type { Actor } from "@/lib/audit/actors";
import { contextOf, type Incoming } from "@/lib/request/context";

/** Also names the kind of caller in the request's log line. */
export function actorOf(request: Incoming, kind: Actor["kind"], userId: string | null): Actor {
  const context = contextOf(request);
  context.actor = kind;
  return { kind, userId, address: context.address, requestId: context.id };
}

/** RFC 6750 section 2.1; the scheme's name in any case. Null when the header is missing or of another scheme. */
export function bearerToken(request: Request): string | null {
  return /^bearer +(\S.*)$/i.exec(request.headers.get("authorization") ?? "")?.[1]?.trim() ?? null;
}
