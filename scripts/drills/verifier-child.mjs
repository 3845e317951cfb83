// A Public API's process, for the drill of verifiers: it checks many keys a second, and remembers of each when a check of it began
// that let it in.
import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

const [library, keysFile, outcomeFile, url, credential, feedKey, instance] = process.argv.slice(2);
const { createVerifier } = await import(library);
const keys = readFileSync(keysFile, "utf8").split("\n");
const lastAccepted = new Float64Array(keys.length);
const firstRefused = new Float64Array(keys.length);
let [checks, unavailable] = [0, 0];

const verifier = createVerifier({ url, credential, feedKey, instance, onStale: "refuse", signals: false });
let isOver = false;
process.on("message", () => {
  isOver = true;
});
await verifier.ready(60_000);
process.send?.("ready");
const [BATCH, PAUSE_MS] = [500, 5];
for (let place = 0; !isOver; ) {
  for (let count = 0; count < BATCH; count += 1) {
    place = (place + 1) % keys.length;
    // Before the check: it is the beginning of one that must not be too late.
    const now = Date.now();
    const { code } = verifier.check(keys[place]);
    checks += 1;
    if (code === "VALID") lastAccepted[place] = now;
    else if (code === "UNAVAILABLE") unavailable += 1;
    else firstRefused[place] ||= now;
  }
  await pause(PAUSE_MS);
}
const { mode, state } = verifier.status();
await verifier.close();
writeFileSync(
  outcomeFile,
  JSON.stringify({ checks, unavailable, mode, state, lastAccepted: [...lastAccepted], firstRefused: [...firstRefused] }),
);
process.exit(0);
