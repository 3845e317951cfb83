import "server-only";
import { isIPv6 } from "node:net";
import type { Scope } from "@latchkey/rule/services";
import type { Actor } from "@/lib/audit/actors";
import { leaveTrace } from "@/lib/audit/traces";
import { readAddress } from "@/lib/request/client-address";
import { AppError } from "@/lib/values/errors";
import { noteCall } from "./activity";
import type { KnownService } from "./known";

/**
 * Whether a service, whose credential is right, may do what it asks for, from where it asks. Counted either way.
 * @throws AppError MISSING_SCOPE, NETWORK_NOT_ALLOWED
 */
export function admitService(service: KnownService, actor: Actor, scope: Scope): void {
  if (!isWithin(service, actor.address)) throw refuse(service, actor, new AppError("NETWORK_NOT_ALLOWED"));
  if (!service.scopes.includes(scope))
    throw refuse(service, actor, new AppError("MISSING_SCOPE", { message: `This service lacks the scope ${scope}` }), scope);
  noteCall(service, actor.address);
}

/** Where it is not known from where a request comes, no range holds it. */
function isWithin({ networks }: KnownService, address: string | null): boolean {
  if (networks === null) return true;
  const plain = readAddress(address ?? "");
  return plain !== null && networks.check(plain, isIPv6(plain) ? "ipv6" : "ipv4");
}

function refuse(service: KnownService, actor: Actor, error: AppError, scope?: Scope): AppError {
  noteCall(service, actor.address, true);
  const reason = error.code.toLowerCase();
  leaveTrace(actor, {
    action: "service.refused",
    target: { kind: "service", id: service.id },
    of: `${reason} ${scope ?? ""}`,
    after: { reason, ...(scope && { scope }) },
  });
  return error;
}
