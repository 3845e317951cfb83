import { parseArgs } from "node:util";
import * as z from "zod/mini";
import type { VerifierOptions } from "../types";
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
/** A service may have no more. */
const MAX_BOUND_MS = 2_000;
const POLICIES = ["ask", "refuse", "serve"] as const;

const settings = z.object({
  url: z.url({ protocol: /^https?$/, error: "LATCHKEY_URL must be the portal's address" }),
  credential: z.string().check(z.regex(/^lks_\w{38}$/, "LATCHKEY_VERIFIER_KEY must be a service's credential, lks_…")),
  "feed-key": z.string().check(z.regex(/^[\w-]{43}$/, "LATCHKEY_FEED_KEY must be a public key, 43 characters of base64url")),
  listen: z._default(z.string(), "127.0.0.1:7300"),
  "on-stale": z.optional(z.enum(POLICIES, `on-stale must be one of ${POLICIES.join(", ")}`)),
  "bound-ms": z.optional(
    z.pipe(
      z.transform(Number),
      z
        .int("bound-ms must be a whole number")
        .check(
          z.minimum(500, "bound-ms must be at least 500"),
          z.maximum(MAX_BOUND_MS, `bound-ms must be at most ${MAX_BOUND_MS}`),
        ),
    ),
  ),
  folder: z.optional(z.string()),
  instance: z.optional(z.string().check(z.regex(/^[\x20-\x7e]{1,120}$/, "instance must be 1 to 120 printable ASCII characters"))),
});

/** From flags, else from the environment. The credential never from a flag: every user of the machine can read those. */
export function readOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): { place: Place; options: VerifierOptions } | { problem: string } {
  const given = readFlags(args);
  if (!given) return { problem: USAGE };
  const named = FLAGS.map((flag) => [flag, given[flag] ?? (env[NAMES[flag]] || undefined)]);
  const credential = env.LATCHKEY_VERIFIER_KEY ?? "";
  const { data, error } = settings.safeParse({ ...Object.fromEntries(named), credential });
  if (!data) return { problem: `${error.issues[0]?.message}\n` };
  const place = readPlace(data.listen);
  if (!place) return { problem: "LISTEN must be a port, an address with one, or unix:/path\n" };
  const { url, "feed-key": feedKey, "on-stale": onStale, "bound-ms": boundMs, folder, instance } = data;
  return { place, options: { url, credential, feedKey, onStale, boundMs, folder, instance, signals: false } };
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
