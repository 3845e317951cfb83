import fs from "node:fs";
import type { TestServer } from "../tests/support/server";
import type { Bench } from "./ground";
import { send } from "./http";
import { median } from "./measure";
import { verifyCall } from "./over-http";
import { report } from "./report";

/** The server's memory after so many verifications against after a tenth of them. */
export async function measureMemory(bench: Bench): Promise<void> {
  const { verifies } = bench.scale;
  const server = await bench.start(bench.settings);
  const call = verifyCall(bench, server.url);
  await send(call, verifies);
  const before = await residentMegabytes(server);
  await send(call, verifies * 9);
  const after = await residentMegabytes(server);
  report(
    { name: `memory after ${verifies * 10} verifies`, unit: "MB", otherName: `after ${verifies}`, goal: { atMost: 1.1 } },
    { ours: after, other: before, ratio: after / before },
  );
}

/** Resident memory once the server has been idle for a moment, as the median of a few readings. */
async function residentMegabytes(server: TestServer): Promise<number> {
  const readings: number[] = [];
  for (let reading = 0; reading < 5; reading += 1) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    const status = fs.readFileSync(`/proc/${server.process.pid}/status`, "utf8");
    readings.push(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024);
  }
  return median(readings);
}
