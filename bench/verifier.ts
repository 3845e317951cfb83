import { spawn } from "node:child_process";
import { hash } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { CREDENTIAL_PREFIXES, makeChecked } from "../packages/rule/credentials";
import type { StateLine } from "../packages/rule/feed";
import { Freshness } from "../packages/verifier/freshness";
import { Replica } from "../packages/verifier/replica";
import { createSidecar } from "../packages/verifier/sidecar/server";
import { LocalVerifier } from "../packages/verifier/verifier";
import type { World } from "../packages/verifier/world";
import { anyOf, median, type Side } from "./measure";

const [KEYS, QUICK_KEYS, HOT] = [1_000_000, 50_000, 1_000];
/** So much of the calls comes from so many keys. */
const [MOST, MOST_USED] = [0.99, 20_000];
const KEYS_OF_OWNER = 5;
const SALT = "Salt1234";
/** What an own Map would be keyed by. */
const FORMS = ["hex", "base64", "base64url", "binary"] as const;
const [ROUNDS, BATCHES, BATCH] = [7, 8, 20_000];
const LATENCIES = 200_000;
const [CALLS, QUICK_CALLS] = [20_000, 3_000];
const [CHECKS, QUICK_CHECKS] = [100_000_000, 1_000_000];

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
  const mostUsed = credentials.slice(0, MOST_USED);
  const ours = (asked: readonly string[]) => () => {
    let valid = 0;
    asked.forEach((credential, index) => {
      // On a busy machine a batch may take longer than the bound.
      if (index % 1_000 === 0) keepFresh();
      if (verifier.check(credential).valid) valid += 1;
    });
    if (valid !== asked.length) throw new Error(`${valid} of ${asked.length} were valid`);
  };
  const mix = (size: number) => draw(mostUsed, size).map((one) => (Math.random() < MOST ? one : anyOf(credentials)));
  const kinds = [
    [`${HOT} hot keys`, (size: number) => draw(hot, size)],
    [`${MOST * 100} % from ${MOST_USED}`, mix],
    ["all keys, uniform", (size: number) => draw(credentials, size)],
  ] as const;
  for (const form of FORMS) {
    const map = new Map(credentials.map((credential, n) => [hash("sha256", SALT + credential, form), n]));
    const bare = (asked: readonly string[]) => () => {
      let found = 0;
      for (const credential of asked) if (map.get(hash("sha256", SALT + credential, form)) !== undefined) found += 1;
      if (found !== asked.length) throw new Error("a key was not found");
    };
    for (const [which, asked] of kinds) {
      const result = compare(() => asked(BATCH), ours, bare);
      console.log(
        `${which.padEnd(18)} check ${result.ours.toFixed(0)} ns, ${form} and Map ${result.bare.toFixed(0)} ns: ${result.ratio.toFixed(2)} ×`,
      );
    }
  }
  for (const [which, asked] of kinds) latencies(which, asked(LATENCIES), (credential) => verifier.check(credential), keepFresh);
  growth(credentials, ours, checks);
  await besideEcho(createSidecar(verifier), credentials[0] ?? "", isQuick ? QUICK_CALLS : CALLS, keepFresh);
  await verifier.close();
}

/** `check()` of any of these, as a side of a comparison with what asks somebody. */
export function checkSide(credentials: readonly string[]): Side {
  const { verifier, keepFresh, replica } = prepare();
  fill(replica, credentials);
  return async (milliseconds) => {
    const startedAt = performance.now();
    let count = 0;
    for (; performance.now() - startedAt < milliseconds; count += 1_000) {
      keepFresh();
      for (let call = 0; call < 1_000; call += 1)
        if (!verifier.check(anyOf(credentials)).valid) throw new Error("a key was refused");
    }
    return (count * 1_000) / (performance.now() - startedAt);
  };
}

/** Sends so many requests over eight connections, from a process of its own. */
const CLIENT = `const http = require("node:http");
const [url, body, calls] = process.argv.slice(1);
const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
let left = Number(calls);
const one = () => new Promise((resolve, reject) => {
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  http.request(url, { agent, method: "POST", headers }, (answer) => {
    if (answer.statusCode !== 200) reject(new Error(String(answer.statusCode)));
    answer.resume().on("end", resolve);
  }).on("error", reject).end(body);
});
const work = async () => { while (left-- > 0) await one(); };
Promise.all(Array.from({ length: 8 }, work)).then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });`;

/** The sidecar's `/verify`, and a server that reads JSON and answers with it: processor time of the server alone. */
async function besideEcho(sidecar: Server, key: string, calls: number, keepFresh: () => void): Promise<void> {
  const echo = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = JSON.stringify(JSON.parse(Buffer.concat(chunks).toString()));
    response.writeHead(200, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) }).end(body);
  });
  const costs = new Map<Server, number[]>();
  const refreshing = setInterval(keepFresh, 200);
  keepFresh();
  for (const server of [sidecar, echo]) await once(server.listen(0, "127.0.0.1"), "listening");
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const server of round % 2 === 0 ? [sidecar, echo] : [echo, sidecar]) {
      const { port } = server.address() as AddressInfo;
      const args = [
        "-e",
        CLIENT,
        `http://127.0.0.1:${port}/verify`,
        JSON.stringify({ key, permission: "read", cost: 1 }),
        String(calls),
      ];
      const startedAt = process.cpuUsage();
      const [status] = await once(spawn(process.execPath, args, { stdio: ["ignore", "inherit", "inherit"] }), "exit");
      if (status !== 0) throw new Error("the client failed");
      if (round > 0) costs.set(server, [...(costs.get(server) ?? []), cpuSince(startedAt) / calls]);
    }
  }
  clearInterval(refreshing);
  for (const server of [sidecar, echo]) server.close();
  const [ours, bare] = [sidecar, echo].map((server) => median(costs.get(server) ?? []));
  console.log(
    `sidecar /verify ${ours?.toFixed(1)} µs of processor time, an echo of JSON ${bare?.toFixed(1)} µs: ${((bare ?? 0) / (ours ?? 1)).toFixed(2)} ×`,
  );
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
  // How fresh it is is none of what is measured, and a busy machine may take its time.
  const freshness = new Freshness(world, 3_600_000);
  const replica = new Replica(freshness);
  const options = { feedKey: "", instance: "bench", onStale: "refuse", boundMs: 3_600_000 } as const;
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
function compare(asked: () => string[], ours: Make, bare: Make) {
  const times = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round <= ROUNDS; round += 1) {
    const batches = Array.from({ length: BATCHES }, asked);
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

function latencies(which: string, asked: readonly string[], check: (credential: string) => unknown, keepFresh: () => void): void {
  const taken = new Float64Array(LATENCIES);
  asked.forEach((credential, index) => {
    if (index % 1_000 === 0) keepFresh();
    const startedAt = process.hrtime.bigint();
    check(credential);
    taken[index] = Number(process.hrtime.bigint() - startedAt);
  });
  taken.sort();
  const at = (share: number) => `${((taken[Math.floor(taken.length * share)] ?? 0) / 1_000).toFixed(2)} µs`;
  console.log(`${which.padEnd(18)} one by one, with the timer: p50 ${at(0.5)}, p99 ${at(0.99)}, p99.9 ${at(0.999)}`);
}

function growth(credentials: readonly string[], ours: Make, checks: number): void {
  const batch = draw(credentials, BATCH * 5);
  const run = ours(batch);
  for (let done = 0; done < checks / 20; done += batch.length) run();
  const before = memory();
  for (let done = 0; done < checks; done += batch.length) run();
  console.log(`memory after ${checks} more checks: ${((memory() - before) / 2 ** 20).toFixed(2)} MB more`);
}

function draw(among: readonly string[], count: number): string[] {
  return Array.from({ length: count }, () => anyOf(among));
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

/** As they are issued: what has a wrong checksum is refused by that alone. */
function credentialOf(n: number): string {
  return makeChecked(CREDENTIAL_PREFIXES.mf_live, () => hash("sha512", `key ${n}`, "buffer"));
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
