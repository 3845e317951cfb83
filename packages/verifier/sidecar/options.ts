import { parseArgs } from "node:util";
import { BOUND_MS, MAX_INSTANCE_LENGTH, ON_STALE } from "@latchkey/rule/feed";
import { FEED_KEY } from "../limits";
import type { StalePolicy, VerifierOptions } from "../types";
import { type Place, readPlace } from "./listen";

export const USAGE = `latchkey-verifier serve: checks API keys for proxies and programs on this machine.

  LATCHKEY_URL            --url URL          where the portal is
  LATCHKEY_VERIFIER_KEY                      the credential of a service with the scope feed (verify to ask, usage to report)
  LATCHKEY_FEED_KEY       --feed-key KEY     the public key that the portal signs its feed with
  LISTEN                  --listen PLACE     127.0.0.1:7300, another address, or unix:/run/latchkey.sock
  LATCHKEY_ON_STALE       --on-stale POLICY  ask, refuse or serve
  LATCHKEY_BOUND_MS       --bound-ms NUMBER  how old what it knows may be; 2000
  LATCHKEY_FOLDER         --folder FOLDER    keeps a copy there, for the next start
  LATCHKEY_INSTANCE       --instance NAME    its name in staff's lists
`;

const FLAGS = ["url", "feed-key", "listen", "on-stale", "bound-ms", "folder", "instance"] as const;
const NAMES: Record<(typeof FLAGS)[number], string> = {
  url: "LATCHKEY_URL",
  "feed-key": "LATCHKEY_FEED_KEY",
  listen: "LISTEN",
  "on-stale": "LATCHKEY_ON_STALE",
  "bound-ms": "LATCHKEY_BOUND_MS",
  folder: "LATCHKEY_FOLDER",
  instance: "LATCHKEY_INSTANCE",
};
type Named = Partial<Record<(typeof FLAGS)[number], string | undefined>>;

/** A sentence for the first that is wrong; null where all can be used. */
function problemOf(named: Named, credential: string): string | null {
  const { url, "feed-key": feedKey, "on-stale": onStale, "bound-ms": boundMs, instance } = named;
  if (!/^https?:$/.test(URL.canParse(url ?? "") ? new URL(url ?? "").protocol : ""))
    return "LATCHKEY_URL must be the portal's address";
  if (!/^lks_\w{38}$/.test(credential)) return "LATCHKEY_VERIFIER_KEY must be a service's credential, lks_…";
  if (!FEED_KEY.test(feedKey ?? "")) return "LATCHKEY_FEED_KEY must be a public key, 43 characters of base64url";
  if (onStale !== undefined && !isPolicy(onStale)) return `on-stale must be one of ${ON_STALE.join(", ")}`;
  if (boundMs !== undefined && !Number.isInteger(Number(boundMs))) return "bound-ms must be a whole number";
  if (Number(boundMs ?? BOUND_MS.least) < BOUND_MS.least) return `bound-ms must be at least ${BOUND_MS.least}`;
  if (Number(boundMs ?? BOUND_MS.most) > BOUND_MS.most) return `bound-ms must be at most ${BOUND_MS.most}`;
  if (instance !== undefined && (instance.length > MAX_INSTANCE_LENGTH || !/^[\x20-\x7e]*$/.test(instance)))
    return `instance must be printable ASCII, at most ${MAX_INSTANCE_LENGTH} characters`;
  return null;
}

function isPolicy(text: string | undefined): text is StalePolicy {
  return ON_STALE.some((policy) => policy === text);
}

/** From flags, else from the environment. The credential never from a flag: every user of the machine can read those. */
export function readOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): { place: Place; options: VerifierOptions } | { problem: string } {
  const given = readFlags(args);
  if (!given) return { problem: USAGE };
  const named: Named = Object.fromEntries(FLAGS.map((flag) => [flag, given[flag] ?? (env[NAMES[flag]] || undefined)]));
  const credential = env.LATCHKEY_VERIFIER_KEY ?? "";
  const problem = problemOf(named, credential);
  if (problem !== null) return { problem: `${problem}\n` };
  const { url, "feed-key": feedKey, "on-stale": onStale, "bound-ms": boundMs, folder, instance } = named;
  const place = readPlace(named.listen ?? "127.0.0.1:7300");
  if (!place) return { problem: "LISTEN must be a port, an address with one, or unix:/path\n" };
  return {
    place,
    options: {
      ...{ url, credential, feedKey, folder, instance, signals: false },
      onStale: isPolicy(onStale) ? onStale : undefined,
      boundMs: boundMs === undefined ? undefined : Number(boundMs),
    },
  };
}

function readFlags(args: readonly string[]): Record<string, string | undefined> | null {
  try {
    const options = Object.fromEntries(FLAGS.map((flag) => [flag, { type: "string" as const }]));
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return positionals.length === 1 && positionals[0] === "serve" ? (values as Record<string, string | undefined>) : null;
  } catch {
    return null;
  }
}
