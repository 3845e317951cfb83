import "server-only";
import { z } from "zod";
import { type Actor, type CurrentUser, visitorOf } from "@/lib/audit/actors";
import { leaveTrace } from "@/lib/audit/traces";
import type { Incoming } from "@/lib/request/context";
import { networkOf } from "@/lib/request/network";
import { failureTime } from "./failure-time";
import { asKnown } from "./hash-lanes";
import { findDevice, rememberedDevice } from "./known-devices";
import { findAccount } from "./known-networks";
import { type Attempt, type Check, countInSession, countSignIn, digestOf } from "./throttle";

/** Who tries to sign in: what is recorded of them, and the headers of their request. */
export type Caller = { actor: Actor; headers: Incoming["headers"] };

type Look<R> = Pick<Check<R>, "run" | "isWrong">;

/**
 * Checks the password of whom an e-mail address names. Failures are counted, and leave a trace: for a browser or a network
 * that signed in to the account within 90 days on their own, for all others by network and account.
 * @throws AppError TOO_MANY_REQUESTS, and what the check throws
 */
export async function attemptSignIn<R>({ actor, headers }: Caller, email: string, look: Look<R>): Promise<R> {
  const untilItsTime = failureTime().begin();
  const network = networkOf(actor.address);
  const address = z.email().safeParse(email.trim().toLowerCase());
  const account = address.success ? await findAccount(address.data, network) : null;
  const known = account && knownBy(findDevice(headers, account.id), account.knowsNetwork);
  const run = () => (account && known ? asKnown({ account: account.id, network: network.near }, look.run) : look.run());
  const onFailure = () => {
    traceFailure(actor, account?.id);
    return untilItsTime();
  };
  return countSignIn({ account: digestOf(email), known, network }, { ...look, run, onFailure });
}

/**
 * Checks the password of somebody who is signed in. Failures are counted by the session, whichever way they come.
 * @throws AppError TOO_MANY_REQUESTS, and what the check throws
 */
export async function attemptInSession<R>(
  { id, sessionId, actor }: Pick<CurrentUser, "id" | "sessionId" | "actor">,
  look: Look<R>,
): Promise<R> {
  const untilItsTime = failureTime().begin();
  const run = () => asKnown({ account: id, network: networkOf(actor.address).near }, look.run);
  const onFailure = () => {
    leaveTrace(actor, { action: "user.password_refused", target: { kind: "user", id } });
    return untilItsTime();
  };
  return countInSession(sessionId ?? `of ${id}`, { ...look, run, onFailure });
}

/** The cookie for whoever has just shown that the account is theirs: their browser is known from now on. */
export function rememberedBrowser({ actor, headers }: Caller, userId: string) {
  return rememberedDevice(headers, userId, networkOf(actor.address));
}

/** The same as a header of an answer. */
export function browserHeader(caller: Caller, userId: string): { "Set-Cookie": string } {
  const { name, value, options } = rememberedBrowser(caller, userId);
  const flags = ["HttpOnly", "SameSite=Lax", ...(options.secure ? ["Secure"] : [])].join("; ");
  return { "Set-Cookie": `${name}=${value}; Max-Age=${options.maxAge}; Path=${options.path}; ${flags}` };
}

function knownBy(device: string | null, knowsNetwork: boolean): Attempt["known"] {
  if (device !== null) return { device };
  return knowsNetwork ? "network" : null;
}

/** Never what was typed: an address that nobody has is nobody's, and may be a password. */
function traceFailure({ address, requestId }: Actor, userId: string | undefined): void {
  const target = userId ? ({ kind: "user", id: userId } as const) : ({ kind: "door", id: "sign_in" } as const);
  leaveTrace(visitorOf({ address, id: requestId ?? "" }), { action: "user.sign_in_failed", target });
}
