import { hash } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { StateLine } from "../packages/rule/feed";
import { Freshness } from "../packages/verifier/freshness";
import { Replica } from "../packages/verifier/replica";
import { LocalVerifier } from "../packages/verifier/verifier";
import type { World } from "../packages/verifier/world";
import { median } from "./measure";

const [KEYS, QUICK_KEYS, HOT] = [1_000_000, 50_000, 1_000];
const KEYS_OF_OWNER = 5;
const SALT = "Salt1234";
/** What an own Map would be keyed by. */
const FORMS = ["hex", "base64", "base64url", "binary"] as const;
const [ROUNDS, BATCHES, BATCH] = [7, 8, 20_000];
const LATENCIES = 200_000;
const [CHECKS, QUICK_CHECKS] = [10_000_000, 1_000_000];

/** How much processor time a check takes, beside a digest and a look-up in a Map, and how much memory what it knows. */
export async function measureVerifier({ isQuick }: { isQuick: boolean }): Promise<void> {
  const checks = isQuick ? QUICK_CHECKS : CHECKS;
  const count = isQuick ? QUICK_KEYS : KEYS;
  const credentials = Array.from({ length: count }, (_, n) => credentialOf(n));
  const before = memory();
  const { verifier, keepFresh, replica } = prepare();
  const startedAt = process.cpuUsage();
  fill(replica, credentials);
  const after = memory();
  console.log(
    `${count} keys of ${Math.ceil(count / KEYS_OF_OWNER)} owners: ${perMillion(after - before, count)} MB per million, ${perMillion(replica.table.bytes, count)} of it flat;`,
  );
  console.log(`applied in ${(cpuSince(startedAt) / 1e6).toFixed(2)} s of processor time`);

  const hot = credentials.slice(0, HOT);
  const ours = (asked: readonly string[]) => () => {
    keepFresh();
    let valid = 0;
    for (const credential of asked) if (verifier.check(credential).valid) valid += 1;
    if (valid !== asked.length) throw new Error(`${valid} of ${asked.length} were valid`);
  };
  for (const form of FORMS) {
    const map = new Map(credentials.map((credential, n) => [hash("sha256", SALT + credential, form), n]));
    const bare = (asked: readonly string[]) => () => {
      let found = 0;
      for (const credential of asked) if (map.get(hash("sha256", SALT + credential, form)) !== undefined) found += 1;
      if (found !== asked.length) throw new Error("a key was not found");
    };
    for (const [which, among] of [
      [`${HOT} hot keys`, hot],
      ["all keys, uniform", credentials],
    ] as const) {
      const result = compare(among, ours, bare);
      console.log(
        `${which.padEnd(18)} check ${result.ours.toFixed(0)} ns, ${form} and Map ${result.bare.toFixed(0)} ns: ${result.ratio.toFixed(2)} ×`,
      );
    }
  }
  latencies(credentials, (credential) => verifier.check(credential), keepFresh);
  growth(credentials, ours, checks);
  await verifier.close();
}

function prepare() {
  const world: World = {
    monotonic: () => performance.now(),
    wall: () => Date.now(),
    random: Math.random,
    uuid: () => crypto.randomUUID(),
    after: () => () => {},
    send: () => new Promise(() => {}),
    isSigned: () => false,
    unzip: async (bytes) => bytes,
  };
  const freshness = new Freshness(world, 2_000);
  const replica = new Replica(freshness);
  const options = { feedKey: "", instance: "bench", onStale: "refuse", boundMs: 2_000 } as const;
  const verifier = new LocalVerifier(world, options, { freshness, replica });
  const keepFresh = () => {
    freshness.addSample(performance.now(), Date.now());
    freshness.addFrame(Date.now() - 1);
  };
  return { verifier, keepFresh, replica };
}

function fill(replica: Replica, credentials: readonly string[]): void {
  const epoch = "86376745-41d1-481b-8549-7e0857bd7077";
  replica.begin({ epoch, history: "1:1", keys: credentials.length, owners: Math.ceil(credentials.length / KEYS_OF_OWNER) }, SALT);
  const lines: StateLine[] = [];
  const add = (line: StateLine) => {
    // As it comes: parsed, and its texts new.
    lines.push(JSON.parse(JSON.stringify(line)));
    if (lines.length >= 5_000) replica.addPage(lines.splice(0));
  };
  for (let n = 0; n * KEYS_OF_OWNER < credentials.length; n += 1)
    add({ t: "owner", id: idOf(2, n), rev: 1, banned: false, credits: "some" });
  credentials.forEach((credential, n) => {
    const creds = [{ d: digestOf(credential), s: digestOf(`${credential}s`) }];
    const name = n % 3 === 0 ? "Production" : `Key of program ${n % 100_000}`;
    add({
      t: "key",
      id: idOf(1, n),
      rev: 1,
      owner: idOf(2, Math.floor(n / KEYS_OF_OWNER)),
      name,
      p: ["read", "write"],
      creds,
      exp: null,
      st: "active",
    });
  });
  replica.addPage(lines);
  replica.complete("10:10:");
}

type Make = (asked: readonly string[]) => () => void;

/** Both in turn, round by round, on the same credentials in the same order. */
function compare(among: readonly string[], ours: Make, bare: Make) {
  const times = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round <= ROUNDS; round += 1) {
    const batches = Array.from({ length: BATCHES }, () => draw(among, BATCH));
    for (const side of round % 2 === 0 ? (["ours", "bare"] as const) : (["bare", "ours"] as const)) {
      let used = 0;
      for (const batch of batches) {
        const run = (side === "ours" ? ours : bare)(batch);
        const startedAt = process.cpuUsage();
        run();
        used += cpuSince(startedAt);
      }
      // The first warms up.
      if (round > 0) times[side].push((used * 1_000) / (BATCHES * BATCH));
    }
  }
  const [left, right] = [median(times.ours), median(times.bare)];
  return { ours: left, bare: right, ratio: right / left };
}

function latencies(credentials: readonly string[], check: (credential: string) => unknown, keepFresh: () => void): void {
  const taken = new Float64Array(LATENCIES);
  const asked = draw(credentials, LATENCIES);
  asked.forEach((credential, index) => {
    if (index % 10_000 === 0) keepFresh();
    const startedAt = process.hrtime.bigint();
    check(credential);
    taken[index] = Number(process.hrtime.bigint() - startedAt);
  });
  taken.sort();
  const at = (share: number) => `${((taken[Math.floor(taken.length * share)] ?? 0) / 1_000).toFixed(2)} µs`;
  console.log(`one by one, uniform, with the timer: p50 ${at(0.5)}, p99 ${at(0.99)}, p99.9 ${at(0.999)}`);
}

function growth(credentials: readonly string[], ours: Make, checks: number): void {
  const batch = draw(credentials, BATCH * 5);
  const run = ours(batch);
  for (let done = 0; done < checks / 10; done += batch.length) run();
  const before = memory();
  for (let done = 0; done < checks; done += batch.length) run();
  console.log(`memory after ${checks} more checks: ${((memory() - before) / 2 ** 20).toFixed(2)} MB more`);
}

function draw(among: readonly string[], count: number): string[] {
  return Array.from({ length: count }, () => among[Math.floor(Math.random() * among.length)] ?? "");
}

setFlagsFromString("--expose_gc");
const collect = runInNewContext("gc") as () => void;

/** What is left when all that nobody needs has been collected. */
function memory(): number {
  for (let time = 0; time < 3; time += 1) collect();
  const { heapUsed, arrayBuffers, external } = process.memoryUsage();
  return heapUsed + Math.max(arrayBuffers, external);
}

function cpuSince(startedAt: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(startedAt);
  return user + system;
}

function perMillion(bytes: number, count: number): string {
  return (((bytes / count) * 1e6) / 1e6).toFixed(1);
}

function credentialOf(n: number): string {
  return `mf_live_${hash("sha256", `key ${n}`, "hex").slice(0, 38)}`;
}

function digestOf(credential: string): string {
  return Buffer.from(hash("sha256", SALT + credential, "hex"), "hex")
    .subarray(0, 24)
    .toString("base64url");
}

function idOf(kind: number, n: number): string {
  const hex = hash("sha256", `${kind} ${n}`, "hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
