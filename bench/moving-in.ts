import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { applyMigrations } from "../scripts/migrate";
import { openCluster } from "../scripts/postgres";
import { deploymentSettings, randomSecret } from "../tests/support/server";

type Scale = { users: number; keys: number };
const FULL: Scale = { users: 100_000, keys: 1_000_000 };
const QUICK: Scale = { users: 1_000, keys: 10_000 };
const SAMPLE_MS = 500;

/** How long an import of so many people and keys takes, in a database of its own, and how much memory the command needs. */
export async function measureMovingIn({ isQuick }: { isQuick: boolean }): Promise<void> {
  const scale = isQuick ? QUICK : FULL;
  const folder = path.resolve(".data", "bench-moving-in");
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  const files = await writeFiles(folder, scale);
  const size = files.reduce((sum, file) => sum + fs.statSync(file).size, 0);
  const cluster = await openCluster(folder, randomSecret());
  try {
    await applyMigrations(cluster.url, { tell: () => {} });
    const settings = deploymentSettings(cluster.url);
    for (const [name, more] of [
      ["dry run", ["--dry-run"]],
      ["import", []],
      ["again", []],
    ] as const) {
      const load = os.loadavg()[0]?.toFixed(1);
      const { seconds, peakMiB, status } = await runImport([...files, "--source", "bench", ...more], settings);
      console.log(
        `${name.padEnd(8)} ${scale.users} people, ${scale.keys} keys, ${Math.round(size / 2 ** 20)} MiB: ${seconds.toFixed(0)} s, ` +
          `${peakMiB} MiB of memory at most (exit ${status}, load before ${load})`,
      );
    }
  } finally {
    await cluster.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function runImport(args: string[], settings: Record<string, string>) {
  const start = performance.now();
  const child = spawn(process.execPath, ["--conditions=react-server", "scripts/run.mjs", "import", ...args], {
    env: { ...process.env, ...settings },
    stdio: ["ignore", "inherit", "inherit"],
  });
  let peakMiB = 0;
  const sampling = setInterval(() => {
    peakMiB = Math.max(peakMiB, peakOf(child.pid ?? 0));
  }, SAMPLE_MS);
  const [status] = await once(child, "exit");
  clearInterval(sampling);
  return { seconds: (performance.now() - start) / 1000, peakMiB, status };
}

/** The most memory that a process had so far, in MiB, as Linux counts it. */
function peakOf(pid: number): number {
  try {
    const [, kibibytes] = /^VmHWM:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Math.round(Number(kibibytes ?? 0) / 1024);
  } catch {
    return 0;
  }
}

/** People as Django keeps them, and keys in clear with their secrets. */
async function writeFiles(folder: string, { users, keys }: Scale): Promise<string[]> {
  const random = (length: number) => randomBytes(length).toString("base64url").slice(0, length);
  const hash = () => `pbkdf2_sha256$870000$${random(22)}$${randomBytes(32).toString("base64")}`;
  const people = function* () {
    yield "id,email,email_verified,first_name,last_name,phone_number,password_hash,created_at,credits\n";
    for (let id = 1; id <= users; id += 1)
      yield `${id},person${id}@example.com,t,Asha,"Mrema, ${id}",+255 700 ${100000 + id},${hash()},2024-03-01 10:00:00.123456+00,${id % 5000}\n`;
  };
  const theirs = function* () {
    for (let id = 1; id <= keys; id += 1) {
      const key = {
        type: "key",
        id,
        user_id: 1 + (id % users),
        name: `Key ${id}`,
        credential: `mif_${random(43)}`,
        secret: random(43),
      };
      const life = {
        permissions: ["read", "write"],
        created_at: "2024-03-01 10:00:00+00",
        last_used_at: "2026-11-01 08:00:00+00",
      };
      yield `${JSON.stringify({ ...key, ...life, total_uses: id % 1000, active: id % 20 !== 0 })}\n`;
    }
  };
  return [await write(path.join(folder, "users.csv"), people()), await write(path.join(folder, "keys.ndjson"), theirs())];
}

async function write(file: string, lines: Iterable<string>): Promise<string> {
  const output = fs.createWriteStream(file);
  for (const line of lines) if (!output.write(line)) await once(output, "drain");
  output.end();
  await once(output, "finish");
  return file;
}
