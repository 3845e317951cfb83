import "server-only";
import { BOUND_MS, FEED_VERSION } from "@latchkey/rule/feed";
import { type Sink, streamed } from "@/lib/server/streamed";
import type { HeldCredential } from "@/lib/services/known";
import { follow, MAX_BACKLOG_BYTES, readOnce, requireRunning } from "./hub";
import { writeLine } from "./rounds";
import type { ReadFeed } from "./schemas";
import { type SeenSession, signTime } from "./sessions";

/**
 * A stream of lines, from the cursor on, until either side ends it. A reader that does not take what is sent is cut off: what it
 * would read later is old by then.
 * @throws as `requireRunning`
 */
export function streamFeed(
  session: SeenSession,
  asked: ReadFeed,
  credential: HeldCredential,
  gone: AbortSignal,
): ReadableStream<Uint8Array> {
  requireRunning();
  return streamed((sink) => {
    sink.write(writeLine({ t: "hello", v: FEED_VERSION, session: session.id, epoch: session.epoch }));
    return follow({ credential, push: pushInto(sink), end: sink.end }, asked);
  }, gone);
}

/** A round can be larger than what a reader may leave untaken: it has the time that it may be behind for that one. */
function pushInto(sink: Sink): (bytes: Uint8Array) => "taken" | "slow" {
  let large = { bytes: 0, until: 0 };
  return (bytes) => {
    const now = performance.now();
    const backlog = sink.backlog();
    if (backlog > MAX_BACKLOG_BYTES + (now < large.until ? large.bytes : 0)) {
      sink.cutOff();
      return "slow";
    }
    // Not one upon another.
    if (bytes.byteLength > MAX_BACKLOG_BYTES / 2 && backlog <= MAX_BACKLOG_BYTES)
      large = { bytes: bytes.byteLength, until: now + BOUND_MS.most };
    sink.write(bytes);
    return "taken";
  };
}

/** The same lines for whoever asks again and again, with the time where a nonce came along. */
export async function pollOnce(session: SeenSession, asked: ReadFeed): Promise<Uint8Array<ArrayBuffer>> {
  const round = await readOnce(asked);
  const { id, epoch, now } = session;
  const time = asked.nonce === undefined ? [] : [writeLine({ t: "time", ...signTime(id, epoch, asked.nonce, now) })];
  return Buffer.concat([...time, round]);
}
