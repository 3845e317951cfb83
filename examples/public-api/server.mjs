// A Public API behind Latchkey, in one file: it checks the key of each request with the portal, and reports what was
// used in batches. It keeps no database. Start the portal with `npm start`, then this with `npm run example`.
import { createHmac, randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";

const PORTAL = process.env.PORTAL_URL ?? "http://localhost:3000";
const PORT = Number(process.env.EXAMPLE_PORT ?? 4000);
const COST = 1; // credits a call
const FLUSH_MS = 1000;
const BATCH = 500;

const SERVICE_API_SECRET = secret("SERVICE_API_SECRET");
const USAGE_WEBHOOK_SECRET = secret("USAGE_WEBHOOK_SECRET");

/** What a caller is told for each reason the portal gives. */
const REFUSALS = { CREDITS_EXHAUSTED: 402, INSUFFICIENT_PERMISSIONS: 403, USER_DISABLED: 403, RATE_LIMITED: 429 };

/** Calls served and not yet confirmed by the portal. A real service would keep them on disk. */
let unreported = [];

const server = createServer(async (request, response) => {
  try {
    const key = /^bearer (\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
    if (!key) return answer(response, 401, { error: "Send your API key as: Authorization: Bearer <key>" });

    const verdict = await verify(key);
    if (!verdict.valid) return answer(response, REFUSALS[verdict.code] ?? 401, { error: verdict.reason, code: verdict.code });

    // An id per call, made before the work is done: however often a report is sent, the call counts once.
    unreported.push({ id: randomUUID(), keyId: verdict.key_id, delta: COST, endpoint: request.url, ts: Date.now() });
    answer(response, 200, { hello: verdict.name, credits_left: verdict.credits - COST });
  } catch (error) {
    console.error(error.message);
    answer(response, 503, { error: "Keys cannot be checked at the moment. Please try again." });
  }
});

async function verify(key) {
  const response = await fetch(`${PORTAL}/api/keys/verify`, {
    method: "POST",
    headers: { Authorization: `Bearer ${SERVICE_API_SECRET}`, "Content-Type": "application/json" },
    body: JSON.stringify({ key, permission: "read", cost: COST }),
    signal: AbortSignal.timeout(5000),
  });
  if (!response.ok) throw new Error(`the portal answered ${response.status} to a verification`);
  return response.json();
}

/** Sends what is unreported. Events leave the list only once the portal has confirmed them, so a lost answer is no lost call. */
async function flush() {
  while (unreported.length > 0) {
    const events = unreported.slice(0, BATCH);
    const body = JSON.stringify({ events });
    const signature = createHmac("sha256", USAGE_WEBHOOK_SECRET).update(body).digest("hex");
    const response = await fetch(`${PORTAL}/usage`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "x-signature": signature },
      body,
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok) throw new Error(`the portal answered ${response.status} to a usage report`);
    const { rejected } = await response.json();
    for (const { index, error } of rejected) console.error(`event ${events[index].id} was rejected: ${error}`);
    unreported = unreported.slice(events.length);
  }
}

async function keepReporting() {
  await flush().catch((error) => console.error(`reporting will be tried again: ${error.message}`));
  setTimeout(keepReporting, FLUSH_MS);
}

async function stop() {
  server.close();
  await flush().catch((error) => console.error(`${unreported.length} calls unreported: ${error.message}`));
  process.exit(0);
}

function answer(response, status, body) {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}

/** From the environment, or from where `npm start` keeps what it generated. */
function secret(name) {
  const file = `${process.env.DATA_DIR ?? ".data"}/secrets/${name}`;
  const value = process.env[name] ?? (existsSync(file) ? readFileSync(file, "utf8").trim() : "");
  if (!value) throw new Error(`${name} is not set and ${file} does not exist. Start the portal first.`);
  return value;
}

for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, stop);
server.listen(PORT, () =>
  console.log(`Example API on http://localhost:${PORT}; try: curl -H "Authorization: Bearer <key>" http://localhost:${PORT}/`),
);
keepReporting();
