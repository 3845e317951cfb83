import "server-only";
import { FEED_VERSION } from "@latchkey/rule/feed";
import type { HeldCredential } from "@/lib/services/known";
import { follow, MAX_BACKLOG_BYTES, readOnce } from "./hub";
import { writeLine } from "./rounds";
import type { ReadFeed } from "./schemas";
import { type SeenSession, signTime } from "./sessions";

/**
 * A stream of lines, from the cursor on, until either side ends it. A reader that does not take what is sent is cut off: what it
 * would read later is old by then.
 */
export function streamFeed(
  session: SeenSession,
  asked: ReadFeed,
  credential: HeldCredential,
  gone: AbortSignal,
): ReadableStream<Uint8Array> {
  let leave = () => {};
  const stream: UnderlyingDefaultSource<Uint8Array> = {
    start(controller) {
      let isOver = false;
      const end = () => {
        if (isOver) return;
        isOver = true;
        controller.close();
      };
      controller.enqueue(writeLine({ t: "hello", v: FEED_VERSION, session: session.id, epoch: session.epoch }));
      const push = (bytes: Uint8Array) => {
        if (isOver) return "taken";
        if ((controller.desiredSize ?? 0) <= 0) {
          isOver = true;
          // Cut off, and not closed: it would have to drain first.
          controller.error(new Error("The reader is too slow."));
          return "slow";
        }
        controller.enqueue(bytes);
        return "taken";
      };
      leave = follow({ credential, push, end }, asked);
      gone.addEventListener("abort", () => {
        leave();
        end();
      });
    },
    cancel() {
      leave();
    },
  };
  return new ReadableStream(stream, new ByteLengthQueuingStrategy({ highWaterMark: MAX_BACKLOG_BYTES }));
}

/** The same lines for whoever asks again and again, with the time where a nonce came along. */
export async function pollOnce(session: SeenSession, asked: ReadFeed): Promise<Uint8Array<ArrayBuffer>> {
  const round = await readOnce(asked);
  const { id, epoch, now } = session;
  const time = asked.nonce === undefined ? [] : [writeLine({ t: "time", ...signTime(id, epoch, asked.nonce, now) })];
  return Buffer.concat([...time, round]);
}
