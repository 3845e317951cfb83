import { spawnSync } from "node:child_process";
import { type Ground, openEmbeddedGround } from "./ground";

/** What makes a process see another time, or null where `faketime` is not there. */
function preload(): string | null {
  const { status, stdout } = spawnSync("faketime", ["-f", "+0s", "env"], { encoding: "utf8" });
  return status === 0 ? (/^LD_PRELOAD=(.+)$/m.exec(stdout)?.[1] ?? null) : null;
}

export function clockMissing(): string | null {
  return preload() ? null : "faketime";
}

/** The clock of the portal is `minutes` ahead; that of its database and of its callers is right. */
export function openWithClockOff(minutes: number): Promise<Ground> {
  return openEmbeddedGround({
    LD_PRELOAD: preload() ?? "",
    FAKETIME: `${minutes < 0 ? "" : "+"}${minutes * 60}`,
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  });
}
