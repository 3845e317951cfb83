import { withoutDeadline } from "@/lib/request/deadline";
import { dayOf } from "@/lib/values/days";

/**
 * A file that is sent while it is made, named after what it is `of` and the day. Ends when whoever asked for it goes away;
 * cut off, it fails to arrive.
 */
export function csvResponse(of: string, parts: AsyncIterable<string>): Response {
  const encoder = new TextEncoder();
  const iterator = parts[Symbol.asyncIterator]();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await withoutDeadline(() => iterator.next());
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await iterator.return?.();
    },
  });
  return new Response(body, {
    headers: {
      "Content-Type": "text/csv; charset=utf-8",
      "Content-Disposition": `attachment; filename="latchkey-${of}-${dayOf(new Date())}.csv"`,
      "Cache-Control": "no-store",
    },
  });
}
