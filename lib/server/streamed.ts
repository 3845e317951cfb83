import type { ServerResponse } from "node:http";

/** Where the bytes of a stream go. */
export type Sink = {
  write(bytes: Uint8Array): void;
  /** Bytes that the reader has not taken yet. */
  backlog(): number;
  end(): void;
  /** At once, and without what is left. */
  cutOff(): void;
};

/** Begins to write, and answers what is to be called when the reader has gone. */
export type Source = (sink: Sink) => () => void;

const sources = new WeakMap<ReadableStream, Source>();

/**
 * A body that is written as it comes, until either side ends it. Next reads it as a web stream; `writeStream` hands the source the
 * answer itself.
 */
export function streamed(source: Source, gone: AbortSignal): ReadableStream<Uint8Array> {
  let leave: (() => void) | undefined;
  const begin = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    let isOver = false;
    leave = source({
      write: (bytes) => {
        if (!isOver) controller.enqueue(bytes);
      },
      backlog: () => -(controller.desiredSize ?? 0),
      end: () => {
        if (!isOver) controller.close();
        isOver = true;
      },
      // Closed, it would have to drain first.
      cutOff: () => {
        if (!isOver) controller.error(new Error("The reader is too slow."));
        isOver = true;
      },
    });
    gone.addEventListener("abort", () => {
      leave?.();
      if (!isOver) controller.close();
      isOver = true;
    });
  };
  // Nothing is asked of it before somebody reads.
  const strategy = new ByteLengthQueuingStrategy({ highWaterMark: 0 });
  const body = new ReadableStream<Uint8Array>(
    { pull: (controller) => void (leave ?? begin(controller)), cancel: () => leave?.() },
    strategy,
  );
  sources.set(body, source);
  return body;
}

/** Whether the body was one that is streamed, and is now. Its head is written before. */
export function writeStream(body: ReadableStream | null, response: ServerResponse): boolean {
  const source = body && sources.get(body);
  if (!source) return false;
  const leave = source({
    write: (bytes) => void response.write(bytes),
    backlog: () => response.writableLength,
    end: () => void response.end(),
    cutOff: () => void response.destroy(),
  });
  response.once("close", leave);
  return true;
}
