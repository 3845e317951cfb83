// A Public API behind Latchkey, to be copied: it has the key of each call checked, keeps what was used in a journal and
// reports it in batches. It needs Node 20.3 and no database. Start the portal with `npm start`, then this with `npm run example`.
// With LATCHKEY_FEED_KEY it checks keys from memory, by the library (/docs/own-process); else it asks the portal for each call.
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { readJson, startReports } from "./reports.mjs";

const PORTAL = (process.env.PORTAL_URL ?? "http://localhost:3000").replace(/\/+$/, "");
const PORT = Number(process.env.EXAMPLE_PORT ?? 4000);
const DATA = process.env.DATA_DIR ?? ".data";
const JOURNAL = `${DATA}/example/usage-${PORT}.jsonl`;
const COST = 1; // credits a call
const PERMISSION = "read"; // what a key must grant
const VERIFY_MS = 2000; // a caller waits no longer to be let in
const STOP_MS = 10_000; // and whoever stops this no longer for open calls, and then for reports
const MAX_CALLS_AT_ONCE = 500;
const RETRY_SECONDS = 2;

// A credential of its own (npm run admin -- services create); without one, what all programs share.
const { SERVICE_CREDENTIAL } = process.env;
const BEARER = SERVICE_CREDENTIAL ?? secret("SERVICE_API_SECRET");

/** Where the library is: installed, or built here by `npm run build:verifier`. */
const LIBRARIES = ["@latchkey/verifier", new URL("../../.data/verifier-package/package/dist/index.js", import.meta.url).href];

/** What a caller is told for each reason the portal gives. */
const REFUSALS = { CREDITS_EXHAUSTED: 402, INSUFFICIENT_PERMISSIONS: 403, USER_DISABLED: 403, RATE_LIMITED: 429 };

let reports;
let latchkey;
let callsAtOnce = 0;

const server = createServer(async (request, response) => {
  callsAtOnce += 1;
  try {
    if (!reports || callsAtOnce > MAX_CALLS_AT_ONCE) throw new Error("too many calls at once, or too early");
    await serve(request, response);
  } catch (error) {
    // Without the portal nobody is let in, and without the journal nothing is given away.
    console.error(`a call was refused: ${error.cause?.code ?? error.message}`);
    const headers = { "Retry-After": String(RETRY_SECONDS) };
    answer(response, 503, { error: "The API cannot be used at the moment. Please try again." }, headers);
  } finally {
    callsAtOnce -= 1;
  }
});

async function serve(request, response) {
  const key = /^bearer +(\S{1,255}) *$/i.exec(request.headers.authorization ?? "")?.[1];
  if (!key) return answer(response, 401, { error: "Send your API key as: Authorization: Bearer <key>" });

  const verdict = await (latchkey ? verifyHere(key) : verify(key));
  if (!verdict.valid) {
    const headers = verdict.retry_after ? { "Retry-After": String(verdict.retry_after) } : {};
    return answer(response, REFUSALS[verdict.code] ?? 401, { error: verdict.reason, code: verdict.code }, headers);
  }

  // Memory does not know the balance. Here your API does its work.
  const result = { hello: verdict.name, credits_left: verdict.credits === null ? null : verdict.credits - COST };

  // The path alone: callers put all sorts of things behind the question mark, their keys among them.
  const endpoint = new URL(request.url.replace(/^\/+/, "/"), "http://localhost").pathname.slice(0, 500);
  await reports.record({ id: randomUUID(), keyId: verdict.key_id, delta: COST, endpoint, ts: verdict.at });
  answer(response, 200, result);
}

/** From memory where it can. Without a time of the portal's, a report counts when it comes. */
async function verifyHere(key) {
  const verdict = await latchkey.verify(key, { permission: PERMISSION, cost: COST });
  if (verdict.code === "UNAVAILABLE") throw new Error(verdict.reason);
  return verdict;
}

/** Any answer but a verdict is none, and so is one that comes late. */
async function verify(key) {
  const signal = AbortSignal.timeout(VERIFY_MS);
  const ask = () =>
    fetch(`${PORTAL}/api/keys/verify`, {
      method: "POST",
      headers: { Authorization: `Bearer ${BEARER}`, "Content-Type": "application/json" },
      body: JSON.stringify({ key, permission: PERMISSION, cost: COST }),
      redirect: "manual",
      signal,
    });
  // A connection that the portal is just closing is worth a second one.
  const response = await ask().catch((error) => (signal.aborted ? Promise.reject(error) : ask()));
  const verdict = await readJson(response);
  const isVerdict = verdict?.valid === true ? typeof verdict.key_id === "string" : typeof verdict?.code === "string";
  // By the portal's clock: with another one, reports from the future would be refused.
  const at = Date.parse(response.headers.get("date")) || Date.now();
  if (response.status === 200 && isVerdict) return { ...verdict, at };
  throw new Error(`the portal answered ${response.status} to a verification, which is no verdict`);
}

/** Open calls are answered and then reported. What cannot be reported stays in the journal for the next start. */
async function stop() {
  setTimeout(() => server.closeAllConnections(), STOP_MS).unref();
  await new Promise((resolve) => server.close(resolve));
  const [left] = await Promise.all([reports.stop(STOP_MS), latchkey?.close()]);
  if (left > 0) console.error(`${left} calls stay in ${JOURNAL} and are reported after the next start.`);
  process.exit(0);
}

function answer(response, status, body, headers = {}) {
  response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(body));
}

/** The verifier, where the environment has what it needs. */
async function openVerifier() {
  const feedKey = process.env.LATCHKEY_FEED_KEY;
  if (!feedKey) return undefined;
  for (const library of LIBRARIES) {
    const { createVerifier } = await import(library).catch(() => ({}));
    if (createVerifier) return createVerifier({ url: PORTAL, credential: SERVICE_CREDENTIAL, feedKey, signals: false });
  }
  throw new Error("LATCHKEY_FEED_KEY is set and the library is not there: npm run build:verifier");
}

/** From the environment, or from where `npm start` keeps what it generated. */
function secret(name) {
  const file = `${DATA}/secrets/${name}`;
  const value = process.env[name] ?? (existsSync(file) ? readFileSync(file, "utf8").trim() : "");
  if (!value) throw new Error(`${name} is not set and ${file} does not exist. Start the portal first.`);
  return value;
}

server.once("error", (error) => {
  console.error(error.message);
  process.exit(1);
});
// First the port, which no second process can have: so the journal is this one's alone.
server.listen(PORT, async () => {
  const identity = SERVICE_CREDENTIAL ? { credential: SERVICE_CREDENTIAL } : { secret: secret("USAGE_WEBHOOK_SECRET") };
  latchkey = await openVerifier();
  reports = await startReports({ portal: PORTAL, ...identity, file: JOURNAL });
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, stop);
  console.log(`Example API on http://localhost:${PORT}; try: curl -H "Authorization: Bearer <key>" http://localhost:${PORT}/`);
});
