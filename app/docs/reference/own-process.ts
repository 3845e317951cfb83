/** Commands and programs of the page about checking keys in one's own process. */
export const SERVICE = "npm run admin -- services create sms-api --scopes feed,verify,usage";

export const INSTALL = `npm run build:verifier
npm install .data/verifier-package/latchkey-verifier-*.tgz --prefix ../sms-api`;

export function settingsFor(address: string, feedKey: string): string {
  return `export LATCHKEY_URL=${address}
export LATCHKEY_VERIFIER_KEY=lks_…
export LATCHKEY_FEED_KEY=${feedKey}`;
}

export const PROGRAM = `import { createVerifier } from "@latchkey/verifier";

const latchkey = createVerifier();

const verdict = await latchkey.verify(key, { permission: "sms:send", cost: 1 });
if (!verdict.valid) console.log(verdict.code, verdict.reason);
// Once it is served:
else latchkey.report({ keyId: verdict.key_id, delta: 1, endpoint: "/v1/sms" });`;

export const GUARD = `// Or fastify, hono, next, fetch, node.
import { requireKey } from "@latchkey/verifier/express";

app.use("/v1/sms", requireKey(latchkey, { permission: "sms:send", cost: 1 }));`;

/** What a process does that does not hear from the portal for two seconds, by what it was told to. */
export const POLICIES = [
  {
    policy: "ask",
    next: "It asks the portal for each call. If that cannot be reached, your callers get 503. This is the default.",
  },
  { policy: "refuse", next: "Your callers get 503 at once." },
  {
    policy: "serve",
    next: "It goes on by what it knows, for as long as staff allow the service to. A revoked key may work as long.",
  },
];

/** What two seconds stand on. */
export const PREMISES = [
  "The portal’s database has one primary that takes writes. A failover that loses its last writes loses revocations among them.",
  "Its clock makes no step forward that nobody sees. Such a step adds itself, for two seconds at most.",
  "The machine of your process is not paused as a whole, as a virtual one is while it is moved. Up to two seconds of running time then count anew.",
];

/** What can go wrong, and what your process does then. */
export const FAILURES = [
  { what: "The portal is away for a second", next: "Nothing. It answers by itself and connects again." },
  {
    what: "For a minute",
    next: "After two seconds it is `STALE`, and does as `onStale` says. It is fresh again a moment after the portal is back.",
  },
  {
    what: "For an hour",
    next: "The same. Calls to report are kept, a million of them; then it refuses calls that cost something, and loses none.",
  },
  {
    what: "For a day",
    next: "The same. It goes on where it was, and after more than two days fetches all keys anew.",
  },
  {
    what: "The portal is there, its database is not",
    next: "As if the portal were away: nobody knows anything fresher.",
  },
  {
    what: "Your process alone cannot reach the portal",
    next: "The same, for this process. Whoever revokes a key is told that it refuses by itself.",
  },
  {
    what: "Your clock is wrong, or is set",
    next: "Ages are told by the database’s clock, and time that passes by one that nobody sets. Where it is set by more than a second, your machine may have slept: it is stale until it has asked for the time, once.",
  },
  {
    what: "The database’s clock jumps",
    next: "Back: it is stale until it has asked for the time again. Forward, unseen: see above.",
  },
  {
    what: "Your machine slept",
    next: "It is stale from waking until it has heard from the portal.",
  },
  {
    what: "Your process restarts",
    next: "It is `NOT_READY` and asks for each call until it has all keys, some seconds for a million. With a `folder` sooner, and never from the copy alone.",
  },
  {
    what: "The portal was restored from a backup",
    next: "It forgets everything and begins anew, `NOT_READY` meanwhile. What was revoked after the backup has to be revoked again.",
  },
  {
    what: "Somebody on the way changes or repeats what the portal says",
    next: "It believes nothing that is not signed, nor a time that answers no question of its own. It asks by another connection.",
  },
  {
    what: "The service is revoked",
    next: "It is `FATAL`: your callers get 503 until the process has another credential.",
  },
];
