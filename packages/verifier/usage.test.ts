import { expect, test } from "vitest";
import { fakeWorld } from "./fake-world";
import { MAX_UNREPORTED } from "./limits";
import { Usage } from "./usage";

const keyId = (n: number) => `3f2504e0-4f89-41d3-9a0c-${String(n).padStart(12, "0")}`;
type Event = { id: string; keyId: string; delta: number; ts: number };

/** A portal that counts each id once, unless it is told to do something else with a report. */
function usageOf(
  instead: (report: number) => { status: number; body?: object; retryAfter?: number } | "lost" | null = () => null,
) {
  const counted = new Map<string, Event>();
  const sizes: number[] = [];
  const made = fakeWorld(({ text = "", path }) => {
    expect(path).toBe("/api/usage");
    const { events } = JSON.parse(text) as { events: Event[] };
    sizes.push(events.length);
    const other = instead(sizes.length);
    if (other && other !== "lost") return other;
    for (const event of events) counted.set(event.id, event);
    if (other === "lost") throw new Error("the answer was lost");
    return { status: 200, body: { ok: true, accepted: events.length, duplicates: 0, rejected: [] } };
  });
  const troubles: string[] = [];
  const usage = new Usage(
    made.world,
    () => 1_795_860_000_123.9,
    (reason) => troubles.push(reason),
  );
  return { ...made, usage, counted, sizes, troubles };
}

test("calls go out together a second later, and the first of a key at once", async () => {
  const { usage, pass, counted, sizes } = usageOf();
  usage.report({ keyId: keyId(1), delta: 2, endpoint: "/v1", requestId: "r" });
  await pass(60);
  expect([...counted.values()]).toMatchObject([
    { keyId: keyId(1), delta: 2, endpoint: "/v1", requestId: "r", ts: 1_795_860_000_123 },
  ]);
  for (let call = 0; call < 30; call += 1) usage.report({ keyId: keyId(1) });
  await pass(900);
  expect(usage.unreported).toBe(30);
  await pass(200);
  expect([usage.unreported, counted.size]).toStrictEqual([0, 31]);
  expect(sizes).toStrictEqual([1, 30]);
});

test("a first call does not wait for the second after the report that is under way", async () => {
  const made = usageOf();
  const { usage, world, pass, counted } = made;
  const { send } = world;
  world.send = async (request) => {
    await new Promise<void>((resolve) => world.after(200, resolve));
    return send(request);
  };
  usage.report({ keyId: keyId(1) });
  await pass(100);
  usage.report({ keyId: keyId(2) });
  await pass(450);
  expect(counted.size).toBe(2);
});

test("each counts once, whatever becomes of the report or its answer", async () => {
  const bad = ["lost", { status: 503, retryAfter: 3 }, { status: 500 }, { status: 429 }, "lost"] as const;
  const { usage, pass, counted, troubles } = usageOf((report) => bad[report - 1] ?? null);
  for (let n = 0; n < 2_500; n += 1) usage.report({ keyId: keyId(n % 7), delta: 1 });
  await pass(60_000);
  expect([usage.unreported, counted.size]).toStrictEqual([0, 2_500]);
  expect(troubles.length).toBeGreaterThan(2);
});

test("one that the portal minds holds up no other", async () => {
  const made = usageOf();
  const { usage, pass, troubles } = made;
  const poison = "poison";
  const seen: string[] = [];
  made.world.send = async ({ text = "" }) => {
    const { events } = JSON.parse(text) as { events: Event[] };
    const isBad = events.some(({ id }) => id === poison);
    if (!isBad) seen.push(...events.map(({ id }) => id));
    const chunks = (async function* () {
      yield Buffer.from(JSON.stringify(isBad ? {} : { ok: true, rejected: [{ index: 0, error: "Unknown API key" }] }));
    })();
    return { status: isBad ? 400 : 200, header: () => null, chunks };
  };
  for (let n = 0; n < 9; n += 1) usage.report({ keyId: keyId(n), id: n === 4 ? poison : `event ${n}` });
  await pass(60_000);
  expect(usage.unreported).toBe(0);
  expect(seen).toHaveLength(8);
  expect(troubles).toContain("The portal does not take a reported call: it is left out.");
  expect(troubles).toContain("The portal rejected 1 reported calls: Unknown API key.");
});

test("what is no call is not taken, and a million are all that are kept", async () => {
  const { usage, troubles } = usageOf(() => ({ status: 503 }));
  for (const odd of [
    { keyId: "k" },
    { keyId: keyId(1), delta: -1 },
    { keyId: keyId(1), delta: 0.5 },
    { keyId: keyId(1), delta: 2e6 },
  ])
    expect(usage.report(odd)).toBe(false);
  expect(troubles).toHaveLength(4);
  Object.assign(usage, { waiting: { length: MAX_UNREPORTED } });
  expect(usage.report({ keyId: keyId(1) })).toBe(false);
});

test("closing sends what is left, and does not wait for ever", async () => {
  const { usage, pass, counted } = usageOf();
  for (let n = 0; n < 1_500; n += 1) usage.report({ keyId: keyId(1) });
  let isDone = false;
  void usage.close(5_000).then(() => {
    isDone = true;
  });
  await pass(100);
  expect([isDone, counted.size, usage.unreported]).toStrictEqual([true, 1_500, 0]);

  const hung = usageOf(() => ({ status: 500 }));
  hung.usage.report({ keyId: keyId(1) });
  void hung.usage.close(5_000).then(() => {
    isDone = false;
  });
  await hung.pass(5_600);
  expect([isDone, hung.usage.unreported]).toStrictEqual([false, 1]);
});
