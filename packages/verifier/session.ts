import {
  type SignedTime,
  type SnapshotList,
  signedTextOfKey,
  signedTextOfServing,
  signedTextOfSnapshot,
} from "@latchkey/rule/feed";
import { believeTime, NotBelieved } from "./round";
import type { World } from "./world";

/** What the portal and this process have agreed on. */
export type Session = {
  id: string;
  token: string;
  epoch: string;
  salt: string;
  boundMs: number;
  /** 0 where the portal does not sign it. */
  serveForMs: number;
  /** Null: go on from the cursor that was named. */
  snapshot: SnapshotList | null;
  time: SignedTime;
  isSigned(text: string, signature: string): boolean;
};

const MAX_PAGES = 100_000;
const SHA256 = /^[0-9a-f]{64}$/;

/**
 * The session that the answer opens, if it is the portal's: signed with the key that is known here, or with one for which
 * that one vouches.
 * @throws NotBelieved
 */
export function readSession(answer: Record<string, unknown>, feedKey: string, nonce: string, world: World): Session {
  const { session: id, token, epoch, salt, bound_ms: boundMs, serve_for_ms: said, serve_signature: serving, keys } = answer;
  const isText = [id, token, epoch, salt].every((text) => typeof text === "string");
  if (!isText || typeof boundMs !== "number" || typeof said !== "number") throw new NotBelieved("The portal opened no session.");
  const key = trustedKey(keys, feedKey, world);
  const isSigned = (text: string, signature: string) => world.isSigned(key, text, String(signature));
  const time = readTime(answer.time, { id: String(id), epoch: String(epoch), isSigned }, nonce);
  const snapshot = answer.resume === "tail" ? null : readList(answer.snapshot, String(epoch), isSigned);
  const texts = { id: String(id), token: String(token), epoch: String(epoch), salt: String(salt) };
  const isServing = isSigned(signedTextOfServing({ session: texts.id, epoch: texts.epoch, serve_for_ms: said }), String(serving));
  return { ...texts, boundMs, serveForMs: isServing ? said : 0, snapshot, time, isSigned };
}

/** The time that was asked for with this nonce. @throws NotBelieved */
export function readTime(
  value: unknown,
  { id, epoch, isSigned }: Pick<Session, "id" | "epoch" | "isSigned">,
  nonce: string,
): SignedTime {
  const time = believeTime(Object(value) as SignedTime, { isSigned });
  if (time.session !== id || time.epoch !== epoch || time.nonce !== nonce || !Number.isSafeInteger(time.now))
    throw new NotBelieved("The portal told the time of another question.");
  return time;
}

function trustedKey(given: unknown, feedKey: string, world: World): string {
  const { key, former } = Object(given) as { key?: unknown; former?: { key?: unknown; signature?: unknown } | null };
  if (typeof key === "string" && key === feedKey) return key;
  const isVouchedFor =
    typeof key === "string" && former?.key === feedKey && world.isSigned(feedKey, signedTextOfKey(key), String(former.signature));
  if (!isVouchedFor) throw new NotBelieved("The portal signs with another key than LATCHKEY_FEED_KEY.");
  return key;
}

function readList(value: unknown, epoch: string, isSigned: Session["isSigned"]): SnapshotList {
  const list = Object(value) as SnapshotList;
  const { pages } = list;
  if (!Array.isArray(pages) || pages.length > MAX_PAGES || !pages.every((page) => SHA256.test(page)))
    throw new NotBelieved("The portal's snapshot is none.");
  if (!isSigned(signedTextOfSnapshot(list), list.signature)) throw new NotBelieved("The portal's snapshot is not signed.");
  if (list.epoch !== epoch) throw new NotBelieved("The portal's snapshot is of another epoch.");
  return list;
}
