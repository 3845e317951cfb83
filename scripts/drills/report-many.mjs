// Sends many reports, as Public APIs on other machines do: in a process of its own, or whoever measures beside it would
// measure this. Told by its parent what to send; tells how often nothing answered when all of them are counted.
import { createHmac } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

process.once("message", async (/** @type {any} */ { address, secret, apiKey, ids, betweenMs, patienceMs, longestPauseMs }) => {
  const body = JSON.stringify({ apiKey, delta: 1 });
  const signature = createHmac("sha256", secret).update(body).digest("hex");
  let hung = 0;

  /** @param {string} id */
  async function report(id) {
    for (;;) {
      const headers = { "content-type": "application/json", "x-signature": signature, "x-idempotency-key": id };
      const options = { method: "POST", body, headers, signal: AbortSignal.timeout(patienceMs) };
      const answer = await fetch(`${address}/usage`, options).catch(() => null);
      await answer?.arrayBuffer().catch(() => null);
      if (answer?.ok) return;
      if (!answer) hung += 1;
      await pause(Math.min(Math.max(1, Number(answer?.headers.get("retry-after"))) * 1000, longestPauseMs));
    }
  }

  // One after the other, as calls come.
  await Promise.all(
    ids.map((/** @type {string} */ id, /** @type {number} */ index) => pause(index * betweenMs).then(() => report(id))),
  );
  process.send?.({ hung });
  process.disconnect();
});
