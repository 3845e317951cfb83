import { createHmac, randomUUID } from "node:crypto";
import fs from "node:fs";
import type { Socket } from "node:net";
import path from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { startReports } from "../../examples/public-api/reports.mjs";
import { FAULTS, type FakePortal, type Fault, refuse, startFakePortal } from "../support/fake-portal";
import { scratchFolder } from "../support/server";

const SECRET = "a secret for reports";
const ends: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  vi.restoreAllMocks();
});

/** A portal, a journal and what reports it: pauses are noted and do not last. */
async function newReporter({ file = path.join(newFolder(), "journal"), answerMs = 300 } = {}) {
  const portal = await startFakePortal();
  ends.push(portal.stop);
  const log: string[] = [];
  vi.spyOn(console, "error").mockImplementation((line) => log.push(String(line)));
  const pauses: number[] = [];
  const wait = (milliseconds = 0) => {
    pauses.push(milliseconds);
    return new Promise<never>((resolve) => setTimeout(resolve, 2));
  };
  const reports = await startReports({ portal: portal.url, secret: SECRET, file, answerMs, wait });
  ends.push(() => reports.stop(300));
  return { portal, reports, file, pauses, log };
}

function newFolder(): string {
  const folder = scratchFolder("example");
  ends.push(async () => fs.rmSync(folder, { recursive: true }));
  return folder;
}

const until = (isTrue: () => boolean) => vi.waitUntil(isTrue, { timeout: 50_000, interval: 5 });

const newCall = (endpoint = "/v1/hello") => ({ id: randomUUID(), keyId: randomUUID(), delta: 1, endpoint, ts: Date.now() });
const newCalls = (count: number, endpoint?: string) => Array.from({ length: count }, () => newCall(endpoint));

const idsOf = (calls: { id: string }[]) => calls.map(({ id }) => id).sort();
const countedBy = ({ counted }: FakePortal) => [...counted.keys()].sort();
const batches = ({ asked }: FakePortal) =>
  asked.map(({ body }) => ({ bytes: body.length, count: JSON.parse(body).events.length as number }));

describe("reports of the example", () => {
  test.each(Object.entries<Fault>(FAULTS))("count each call once when the portal answers with %s", async (_, fault) => {
    const { portal, reports, file } = await newReporter();
    portal.fail("/usage", fault);
    const calls = newCalls(3);
    await Promise.all(calls.map(reports.record));
    await until(() => portal.counted.size === 3 && fs.readFileSync(file, "utf8").includes("done"));
    expect(countedBy(portal)).toStrictEqual(idsOf(calls));
    for (const { path, body, headers } of portal.asked) {
      expect(path).toBe("/usage");
      const [, t, digest] = /^t=(\d+),v1=(\w+)$/.exec(headers["x-signature"] ?? "") ?? [];
      expect(digest).toBe(createHmac("sha256", SECRET).update(`${t}..${body}`).digest("hex"));
    }
  });

  test.each([
    ["one that speaks of more calls", { ok: true, accepted: 3, duplicates: 1, rejected: [] }],
    ["one that speaks of fewer calls", { ok: true, accepted: 1, duplicates: 1, rejected: [] }],
    ["one that refuses calls that were not sent", { ok: true, accepted: 2, duplicates: 0, rejected: [{ index: 3, error: "" }] }],
    ["one without numbers", { ok: true, rejected: [] }],
    ["one that is not ok", { ok: false, accepted: 3, duplicates: 0, rejected: [] }],
  ])("believe no answer but that of the portal itself, such as %s", async (_, body) => {
    const { portal, reports } = await newReporter();
    portal.fail("/usage", refuse(200, JSON.stringify(body)));
    await Promise.all(newCalls(3).map(reports.record));
    await until(() => portal.counted.size === 3);
  });

  test("read no answer without an end", async () => {
    const { portal, reports } = await newReporter({ answerMs: 10_000 });
    const sockets: (Socket | null)[] = [];
    portal.fail("/usage", (response) => {
      sockets.push(response.socket);
      FAULTS["an answer without an end"](response);
    });
    await reports.record(newCall());
    await until(() => portal.counted.size === 1);
    expect(sockets[0]?.bytesWritten).toBeLessThan(64 * 1024 * 1024);
  });

  test("wait longer each time, as long as they are asked to, and never for ever", async () => {
    const { portal, reports, pauses } = await newReporter();
    const refusals = [FAULTS["a 500"], FAULTS["a reset"], FAULTS["a 500"], FAULTS["a 500"], FAULTS["a 500"], FAULTS["a 500"]];
    portal.fail("/usage", ...refusals, FAULTS["a 500"], FAULTS["a 500"], refuse(429, "{}", { "Retry-After": "31536000" }));
    await reports.record(newCall());
    await until(() => portal.counted.size === 1);
    const grown = pauses.filter((pause) => pause !== 1000);
    expect(grown).toHaveLength(9);
    grown.slice(0, 6).forEach((pause, index) => {
      expect(pause).toBeGreaterThan(700 * 2 ** index);
      expect(pause).toBeLessThan(1300 * 2 ** index);
    });
    expect(Math.max(...grown.slice(0, 8))).toBeLessThan(76_000);
    expect(grown[8]).toBe(600_000);

    portal.fail("/usage", FAULTS["a 429"]);
    await reports.record(newCall());
    await until(() => portal.counted.size === 2);
    expect(pauses.findLast((pause) => pause !== 1000)).toBe(7000);
  });

  test("are bounded in number and in bytes, and halved where that is still too much", async () => {
    const { portal, reports } = await newReporter();
    const large = refuse(413, '{"error":"Too large","max_bytes":1048576}');
    portal.failAlways("/usage", async (response, pass) => {
      const isLarge = JSON.parse(portal.asked.at(-1)?.body ?? "").events.length > 100;
      return isLarge ? large(response, pass) : response.end(await ((await pass()) as Response).text());
    });
    const calls = [...newCalls(700), ...newCalls(700, `/${"a".repeat(2000)}`)];
    await Promise.all(calls.map(reports.record));
    await until(() => portal.counted.size === 1400);
    const sent = batches(portal);
    expect(Math.max(...sent.map(({ bytes }) => bytes))).toBeLessThanOrEqual(524_288 + 20);
    expect(Math.max(...sent.map(({ count }) => count))).toBe(500);
    // What was too much is never sent again as it was.
    const refused = portal.asked.filter(({ body }) => JSON.parse(body).events.length > 100).map(({ body }) => body);
    expect(new Set(refused).size).toBe(refused.length);
  });

  test("wait for nobody: a call that something on the way refuses does not hold up the others", async () => {
    const { portal, reports } = await newReporter();
    const [odd, ...others] = newCalls(20);
    portal.failAlways("/usage", async (response, pass) => {
      const isOdd = portal.asked.at(-1)?.body.includes(odd?.id ?? "");
      const page = refuse(403, "<html>Your request looks like an attack</html>", { "Content-Type": "text/html" });
      return isOdd ? page(response, pass) : response.end(await ((await pass()) as Response).text());
    });
    await Promise.all([odd, ...others].map((each) => each && reports.record(each)));
    await until(() => portal.counted.size === 19);
    portal.failAlways("/usage");
    await until(() => portal.counted.size === 20);
  });

  test("set aside what spoils a batch and what is refused in it, say so, and lose nothing else", async () => {
    const { portal, reports, file, log } = await newReporter();
    const [spoiling, refused, ...good] = newCalls(20);
    portal.failAlways("/usage", async (response, pass) => {
      const { events } = JSON.parse(portal.asked.at(-1)?.body ?? "");
      if (events.some(({ id }: { id: string }) => id === spoiling?.id))
        return refuse(400, '{"error":"meta is odd"}')(response, pass);
      const index = events.findIndex(({ id }: { id: string }) => id === refused?.id);
      const answer = await ((await pass()) as Response).json();
      if (index === -1)
        return response.end(JSON.stringify({ ...answer, adjusted: [{ index: 0, field: "endpoint" }], conflicts: 1 }));
      return response.end(
        JSON.stringify({ ...answer, accepted: answer.accepted - 1, rejected: [{ index, error: "Unknown API key" }] }),
      );
    });
    const calls = [good.slice(0, 9), spoiling, good.slice(9, 14), refused, good.slice(14)]
      .flat()
      .filter((call) => call !== undefined);
    await Promise.all(calls.map(reports.record));
    await until(() => portal.counted.size === 19 && fs.existsSync(`${file}.rejected`));
    await until(() => fs.readFileSync(`${file}.rejected`, "utf8").split("\n").length === 3);
    const aside = fs
      .readFileSync(`${file}.rejected`, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(aside.sort((one, other) => one.error.localeCompare(other.error))).toStrictEqual([
      { error: "meta is odd", event: spoiling },
      { error: "Unknown API key", event: refused },
    ]);
    expect(log.filter((line) => line.includes("1 calls are not counted"))).toHaveLength(2);
    const once = idsOf(calls).filter((id) => id !== spoiling?.id);
    expect(countedBy(portal)).toStrictEqual(once);
  });

  test("of a journal that ends in the middle of a line are those before it, and a long journal becomes short", async () => {
    const file = path.join(newFolder(), "journal");
    const [done, waiting, torn] = newCalls(3);
    const lines = [JSON.stringify(done), JSON.stringify(waiting), JSON.stringify({ done: [done?.id] })];
    fs.writeFileSync(file, `${lines.join("\n")}\n${JSON.stringify(torn).slice(0, 60)}`);
    const { portal, reports } = await newReporter({ file });
    await until(() => portal.counted.size === 1);
    expect(countedBy(portal)).toStrictEqual([waiting?.id]);

    const calls = newCalls(5000, `/${"a".repeat(1000)}`);
    await Promise.all(calls.map(reports.record));
    await until(() => portal.counted.size === 5001 && fs.statSync(file).size < 4 * 1024 * 1024);
    expect(await reports.stop()).toBe(0);
  });

  test("are refused when more wait than may, and go on when they were reported", async () => {
    const { portal, reports } = await newReporter();
    portal.failAlways("/usage", FAULTS["a 503"]);
    const results = await Promise.allSettled(newCalls(20, `/${"a".repeat(1_000_000)}`).map(reports.record));
    const taken = results.filter(({ status }) => status === "fulfilled").length;
    expect(
      await reports.record(newCall()).then(
        () => "taken",
        () => "refused",
      ),
    ).toBe("refused");
    portal.failAlways("/usage");
    await until(() => portal.counted.size === taken);
    await reports.record(newCall());
  });
});
