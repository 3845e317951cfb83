import pg from "pg";
import { addService } from "../tests/support/services";
import type { Bench } from "./ground";
import { type Load, load, send } from "./http";
import { times } from "./measure";
import { checkSide } from "./verifier";

/** A call to verify one key, to the server at `url`. */
export function verifyCall({ settings, owner }: Bench, url: string): Load {
  const headers = { Authorization: `Bearer ${settings.SERVICE_API_SECRET}`, "Content-Type": "application/json" };
  return { url: `${url}/api/keys/verify`, method: "POST", headers, body: JSON.stringify({ key: owner.keys[0] }) };
}

/** The same call with the credential of a service. */
async function byService({ databaseUrl, settings }: Bench, call: Load): Promise<Load> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  const run = async (text: string, values: unknown[]) => (await client.query(text, values)).rows;
  const { credential } = await addService(run, settings.KEY_HASH_SECRET ?? "", { scopes: ["verify"] }).finally(() =>
    client.end(),
  );
  return { ...call, headers: { ...call.headers, Authorization: `Bearer ${credential}` } };
}

/** Requests after which the server's code is compiled. */
const WARM_UP = 1000;

export async function measureOverHttp(bench: Bench): Promise<void> {
  const { url } = await bench.start(bench.settings);
  const single = verifyCall(bench, url);
  const hundred = { ...single, body: JSON.stringify({ keys: bench.owner.keys.slice(0, 100) }) };
  const [empty, echo] = ["empty", "echo"].map((route) => ({ ...single, url: `${url}/api/${route}` })) as [Load, Load];
  for (const call of [single, empty, echo, hundred]) await send(call, Math.min(WARM_UP, bench.scale.verifies));
  const name = "verify over HTTP";
  const unit = "requests per second";
  await bench.measure(
    { name, unit, otherName: "empty route handler", goal: { atLeast: 0.8 } },
    { ours: load(single), other: load(empty) },
  );
  await bench.measure(
    { name, unit, otherName: "a handler that echoes JSON", goal: null },
    { ours: load(single), other: load(echo) },
  );
  await bench.measure(
    { name: "check() of the verifier, at random", unit: "checks per second", otherName: name, goal: null },
    { ours: checkSide(bench.owner.keys), other: load(single) },
  );
  await bench.measure(
    { name: `${name}, by a service`, unit, otherName: "by the shared secret", goal: { atLeast: 0.95 } },
    { ours: load(await byService(bench, single)), other: load(single) },
  );
  await bench.measure(
    { name: `${name}, 100 keys a call`, unit: "keys per second", otherName: "single calls", goal: { atLeast: 25 } },
    { ours: times(100, load(hundred)), other: load(single) },
  );
}
