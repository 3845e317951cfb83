import { hostname } from "node:os";
import { BOUND_MS, MAX_INSTANCE_LENGTH, ON_STALE } from "@latchkey/rule/feed";
import { parseServiceCredential } from "@latchkey/rule/services";
import { filesIn } from "./files";
import { FEED_KEY } from "./limits";
import type { CreateVerifier, VerifierOptions } from "./types";
import { LocalVerifier } from "./verifier";
import { realWorld } from "./world";

export type * from "./types";

/**
 * Follows the portal's feed and checks keys in this process.
 * @throws where an option, or the setting for it, is missing or none
 */
export const createVerifier: CreateVerifier = (options = {}) => {
  const { url, credential, feedKey, onStale, boundMs, instance } = readOptions(options);
  const storage = options.folder === undefined ? null : { files: filesIn(options.folder), credential };
  const verifier = new LocalVerifier(realWorld(url, credential), { feedKey, onStale, boundMs, instance }, {}, storage);
  if (options.signals !== false) closeOnSignals(() => verifier.close());
  return verifier;
};

function readOptions({ onStale = "ask", boundMs = BOUND_MS.most, ...options }: VerifierOptions) {
  const { LATCHKEY_URL, LATCHKEY_VERIFIER_KEY, LATCHKEY_FEED_KEY } = process.env;
  const url = options.url ?? LATCHKEY_URL ?? "";
  const credential = options.credential ?? LATCHKEY_VERIFIER_KEY ?? "";
  const feedKey = options.feedKey ?? LATCHKEY_FEED_KEY ?? "";
  if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : ""))
    throw new TypeError("LATCHKEY_URL must be the address of the portal.");
  if (!parseServiceCredential(credential))
    throw new TypeError("LATCHKEY_VERIFIER_KEY must be the credential of a service, lks_….");
  if (!FEED_KEY.test(feedKey)) throw new TypeError("LATCHKEY_FEED_KEY must be the public key of the feed, 43 characters.");
  if (!ON_STALE.includes(onStale)) throw new TypeError('onStale must be "ask", "refuse" or "serve".');
  if (!Number.isInteger(boundMs) || boundMs < BOUND_MS.least || boundMs > BOUND_MS.most)
    throw new TypeError(`boundMs must be a whole number from ${BOUND_MS.least} to ${BOUND_MS.most}.`);
  const name = options.instance ?? `${hostname()}/${process.pid}`;
  const instance = name.replace(/[^\x20-\x7e]/g, "?").slice(0, MAX_INSTANCE_LENGTH) || "unnamed";
  return { url, credential, feedKey, onStale, boundMs, instance };
}

function closeOnSignals(close: () => Promise<void>): void {
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.once(signal, () => {
      void close().finally(() => {
        // Whoever else listens ends the process themselves.
        if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
      });
    });
}
