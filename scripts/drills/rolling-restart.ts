import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { signUsage } from "../../lib/usage/signature";
import { startBalancer } from "../../tests/support/balancer";
import { call, newKey, randomEmail } from "../../tests/support/client";
import { must } from "../../tests/support/clone";
import { query } from "../../tests/support/database";
import { type Launched, launch, newFolder } from "../../tests/support/launch";
import { registerOverHttp } from "../../tests/support/people";
import { postForm, readForm } from "../../tests/support/plain-form";
import { restartUnderLoad, verifier } from "../../tests/support/rolling";
import { deploymentSettings, randomSecret } from "../../tests/support/server";
import { freePort } from "../ports";
import { openCluster } from "../postgres";

/** One call in so many is a report of usage. */
const REPORT_EVERY = 10;

/**
 * Two instances of the commit before, behind a proxy, become two of this one, one after the other, while keys are verified,
 * calls are reported and forms of either build are sent to the other.
 * @param from a commit, whose source is built for this
 */
export async function rollingRestart(from = "HEAD^"): Promise<{ answered: number; failed: number; notes: string }> {
  const former = checkOut(from);
  const cluster = await openCluster(newFolder("rolling-database"), randomSecret());
  const secret = randomSecret();
  const ports = [await freePort(), await freePort()];
  const balancer = await startBalancer(ports);
  // Both stand behind one address, whose name is in every token.
  const env = { ...deploymentSettings(cluster.url), USAGE_WEBHOOK_SECRET: secret, APP_URL: balancer.url };
  const instances: Launched[] = [];
  const start = async (index: number, clone: string) => {
    const instance = await launch({ clone, port: ports[index] ?? 0, env });
    instances[index] = instance;
    await instance.ready();
  };
  try {
    for (const index of [0, 1]) await start(index, former);
    const user = await registerOverHttp(balancer.url);
    const { id, api_key: key } = await newKey(user, {}, balancer.url);
    const reported = new Set<string>();
    const forms = { notes: [] as string[], wrong: [] as string[] };
    const restarts = [0, 1].map((index) => async () => {
      await instances[index]?.stop();
      await start(index, path.resolve("."));
      // Now the first is new, and the second still old.
      const [now, before] = instances;
      if (index === 0 && now && before) Object.assign(forms, await sendForms(before, now, cluster.url));
    });
    const verify = verifier(balancer.url, env, key);
    let turn = 0;
    const callOnce = async () => {
      turn += 1;
      if (turn % REPORT_EVERY > 0) return verify();
      const eventId = randomUUID();
      const body = JSON.stringify({ events: [{ id: eventId, keyId: id, delta: 1 }] });
      const headers = { "x-signature": signUsage(body, secret) };
      const answer = await call("/usage", { raw: body, headers }, balancer.url);
      if (answer.body?.accepted !== 1) return `${answer.status} ${answer.text}`;
      reported.add(eventId);
      return undefined;
    };
    const { answered, failed } = await restartUnderLoad(callOnce, restarts);
    const events = await query<{ event_id: string }>("SELECT event_id FROM usage_events", [], cluster.url);
    const lost = [...reported].filter((eventId) => !events.some(({ event_id }) => event_id === eventId)).length;
    const doubled = await query("SELECT event_id FROM usage_events GROUP BY event_id HAVING count(*) > 1", [], cluster.url);
    const wrong = [...new Set([...failed, ...forms.wrong])].slice(0, 3);
    return {
      answered,
      failed: failed.length + forms.wrong.length + lost + doubled.length,
      notes: [`${reported.size} calls reported, ${lost} lost, ${doubled.length} doubled`, ...forms.notes, ...wrong].join("; "),
    };
  } finally {
    await balancer.stop();
    for (const instance of instances) await instance?.stop();
    await cluster.stop("immediate");
  }
}

/** The source of a commit, with this checkout's packages. */
function checkOut(commit: string): string {
  const folder = path.join(newFolder("former"), "clone");
  fs.mkdirSync(folder);
  const archive = path.join(path.dirname(folder), "source.tar");
  must("git", "archive", "--output", archive, commit);
  must("tar", "-xf", archive, "-C", folder);
  must("cp", "-al", "node_modules", folder);
  execFileSync(process.execPath, ["--conditions=react-server", "scripts/run.mjs", "build"], { cwd: folder, stdio: "ignore" });
  return folder;
}

/** Signs up with a page of either build at the other: it is refused, and nothing is done. What was wrong with that. */
async function sendForms(before: Launched, now: Launched, database: string): Promise<{ notes: string[]; wrong: string[] }> {
  const results = { notes: [] as string[], wrong: [] as string[] };
  for (const [from, to, name] of [
    [before, now, "a form of the former build sent to this one"],
    [now, before, "a form of this build sent to the former one"],
  ] as const) {
    const form = await readForm(`${from.url}/sign-up`);
    const email = randomEmail();
    const person = { name: "Asha Mrema", first_name: "Asha", last_name: "Mrema", email, password: "a long password" };
    const answer = await postForm(`${to.url}/sign-up`, form, person);
    const people = await query("SELECT 1 FROM users WHERE email = $1", [email], database);
    results.notes.push(`${name}: ${answer.status}${people.length > 0 ? ", signed up" : ""}`);
    // Either it is refused and nothing was done, or it was done and says so.
    const isDone = answer.status === 303;
    if (answer.status >= 500 || isDone !== people.length > 0) results.wrong.push(`${name}: ${answer.status}`);
  }
  return results;
}
