import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { newFolder } from "../../tests/support/launch";
import { randomSecret, until } from "../../tests/support/server";
import { type Cluster, openCluster } from "../postgres";
import type { Callers } from "./callers";
import type { Finding, Weather } from "./drill";
import { type Ground, type OwnGround, openOwnGround } from "./ground";

/** Nothing can be written, as after a failover to a replica: connections are cut, and new ones only read. */
export async function refuseWrites(ground: Ground, { callers }: Weather, milliseconds: number): Promise<Finding[]> {
  const change = async (what: string) => {
    await ground.query(`BEGIN READ WRITE; ALTER DATABASE latchkey ${what}; COMMIT`);
    await ground.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
  };
  let said: Finding;
  await change("SET default_transaction_read_only = on");
  try {
    await pause(milliseconds);
    said = await isSaid(callers, "503 read-only");
  } finally {
    await change("RESET default_transaction_read_only");
  }
  return [said];
}

/** It tries a write now and then, and looks at those that are made besides. */
const HEALTH_SECONDS = 20;
const DISK_BYTES = 256 * 1024 * 1024;

/** Why there can be no small disk here, or null. */
export function diskMissing(): string | null {
  const disk = makeDisk();
  disk?.remove();
  return disk ? null : "a small disk, which only root can make";
}

/** A database whose whole disk is small. */
export async function openSmallDisk(): Promise<OwnGround & { disk: string }> {
  const disk = makeDisk();
  if (!disk) throw new Error("the small disk could not be made");
  let cluster: Cluster | undefined;
  const leave = async () => {
    await cluster?.stop("immediate");
    disk.remove();
  };
  try {
    cluster = await openCluster(disk.folder, randomSecret());
    const ground = await openOwnGround({ cluster });
    const { close } = ground;
    return Object.assign(ground, { disk: disk.folder, close: () => close().then(leave) });
  } catch (error) {
    await leave();
    throw error;
  }
}

/** The disk is filled to its last byte, and gets free again. */
export async function fillDisk(
  ground: OwnGround & { disk: string },
  { callers }: Weather,
  milliseconds: number,
): Promise<Finding[]> {
  const filler = path.join(ground.disk, "filler");
  let said: Finding;
  try {
    fill(filler);
    await pause(milliseconds);
    said = await isSaid(callers, "503 disk full");
  } finally {
    fs.rmSync(filler);
  }
  const refused = callers.seen.filter(({ what, outcome }) => what === "usage" && outcome === "refused").length;
  return [{ says: `reports were refused (${refused})`, holds: refused > 0 }, said];
}

function makeDisk(): { folder: string; remove(): void } | null {
  const folder = newFolder("disk");
  if (spawnSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_BYTES}`, "tmpfs", folder]).status !== 0) return null;
  const remove = () => void spawnSync("umount", ["--lazy", folder]);
  // Also when the drill is interrupted.
  process.once("exit", remove);
  return {
    folder,
    remove: () => {
      process.off("exit", remove);
      remove();
    },
  };
}

function fill(file: string): void {
  const handle = fs.openSync(file, "w");
  try {
    for (let bytes = 1024 * 1024; bytes >= 1024; ) {
      try {
        fs.writeSync(handle, Buffer.alloc(bytes));
      } catch (error) {
        if (!(error instanceof Error) || !("code" in error) || error.code !== "ENOSPC") throw error;
        bytes /= 2;
      }
    }
  } finally {
    fs.closeSync(handle);
  }
}

async function isSaid({ health }: Callers, expected: string): Promise<Finding> {
  const holds = await until(() => health.includes(expected), `health to say "${expected}"`, HEALTH_SECONDS).then(
    () => true,
    () => false,
  );
  return { says: `health said "${expected}"`, holds };
}
