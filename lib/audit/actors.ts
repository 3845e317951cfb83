/** Who acts: a person, somebody of whom nothing is known (`visitor`), staff through the portal's pages or the admin API's shared secret, a service, whoever holds a key, or the portal itself. */
export type Actor = {
  kind: "user" | "visitor" | "admin" | "admin_api" | "service" | "api_key" | "system";
  userId: string | null;
  /** Of a service, which is no person. */
  serviceId?: string;
  address: string | null;
  requestId: string | null;
  /** The session that speaks for a person: what it does has to be done before it ends. */
  sessionId?: string | null;
};

/** Who it is, as the audit log has it. */
export function actorId({ userId, serviceId }: Actor): string | null {
  return userId ?? serviceId ?? null;
}

/** As whom somebody's Idempotency-Keys are remembered. */
export function callerName(actor: Actor): string {
  return `${actor.kind}:${actorId(actor) ?? ""}`;
}

export const SYSTEM_ACTOR: Actor = { kind: "system", userId: null, address: null, requestId: null };

/** Somebody who showed nothing that is right. */
export function visitorOf({ address, id }: { address: string | null; id: string }): Actor {
  return { kind: "visitor", userId: null, address, requestId: id };
}

/** A signed-in person, and how their deeds are recorded. Only the guards in `lib/doors` make one. */
export type CurrentUser = { id: string; email: string; sessionId: string | null; actor: Actor };

declare const admitted: unique symbol;

/** A member of staff at the portal's pages. Only the guards in `lib/doors` make one: nobody else can name what it has. */
export type CurrentAdmin = CurrentUser & { sessionId: string; timeZone: string; readonly [admitted]: true };
