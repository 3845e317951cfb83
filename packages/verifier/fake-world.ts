import type { Request, World } from "./world";

type Reply = { status: number; body?: unknown; retryAfter?: number };

/** A world whose time stands still until it is told to go on, with a portal that answers as it is told; for tests. */
export function fakeWorld(answer: (request: Request) => Reply | Promise<Reply>) {
  let now = 1_000;
  let ids = 0;
  let timers: { at: number; work: () => void; isAwaited: boolean }[] = [];
  const sent: Request[] = [];
  const world: World = {
    monotonic: () => now,
    wall: () => 1_795_860_000_000 + now,
    random: () => 0.5,
    uuid: () => {
      ids += 1;
      return `00000000-0000-4000-8000-${String(ids).padStart(12, "0")}`;
    },
    after(milliseconds, work, isAwaited = false) {
      const timer = { at: now + milliseconds, work, isAwaited };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
    async send(request) {
      sent.push(request);
      const aborted = new Promise<never>((_, reject) => {
        request.signal.addEventListener("abort", () => reject(request.signal.reason));
      });
      const { status, body = {}, retryAfter } = await Promise.race([answer(request), aborted]);
      const header = (name: string) => (name === "retry-after" && retryAfter !== undefined ? String(retryAfter) : null);
      return {
        status,
        header,
        chunks: (async function* () {
          yield Buffer.from(JSON.stringify(body));
        })(),
      };
    },
    isSigned: () => false,
    unzip: async (bytes) => bytes,
  };
  /** So long, with all that is due meanwhile. */
  async function pass(milliseconds: number): Promise<void> {
    const end = now + milliseconds;
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      const [next] = timers.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at);
      if (!next) break;
      timers = timers.filter((timer) => timer !== next);
      now = Math.max(now, next.at);
      next.work();
    }
    now = end;
  }
  /** Of the timers those that the process goes on for. */
  const awaited = () => timers.filter(({ isAwaited }) => isAwaited).length;
  return { world, sent, pass, timers: () => timers.length, awaited };
}
