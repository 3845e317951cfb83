import { randomBytes, randomUUID } from "node:crypto";
import fc from "fast-check";
import { signUsage } from "../../lib/usage/signature";
import { randomAddress } from "../../tests/support/client";
import { launch } from "../../tests/support/launch";
import { randomSecret } from "../../tests/support/server";
import { ask, brief, type Reply } from "./ask";
import { attack } from "./attack";
import { count, type Ground, newPerson } from "./ground";

type Door = {
  name: string;
  try(ground: Ground, secret: string, from: string | null): Promise<Reply>;
  secret(ground: Ground): string;
};

/** Every door that a shared secret opens. */
export const SECRET_DOORS: Door[] = [
  {
    name: "the admin secret",
    try: (ground, secret, from) => ask(ground, "/api/api-keys?limit=1", { from, headers: { "X-Admin-Secret": secret } }),
    secret: ({ settings }) => settings.ADMIN_API_SECRET ?? "",
  },
  {
    name: "the service secret",
    try: (ground, token, from) => ask(ground, "/api/keys/verify", { from, token, body: { key: "mf_live_x", cost: 0 } }),
    secret: ({ settings }) => settings.SERVICE_API_SECRET ?? "",
  },
  {
    name: "the usage secret",
    try: (ground, secret, from) => {
      const raw = JSON.stringify({ events: [] });
      return ask(ground, "/usage", {
        from,
        raw,
        headers: { "x-signature": signUsage(raw, secret), "x-idempotency-key": randomUUID() },
      });
    },
    secret: ({ settings }) => settings.USAGE_WEBHOOK_SECRET ?? "",
  },
];

const TRIES = 200;

/** Like the right one, but for something. */
const WRONG: ((right: string) => string)[] = [
  () => randomBytes(32).toString("hex"),
  (right) => right.slice(0, -1),
  (right) => `${right}0`,
  (right) => right.toUpperCase(),
  (right) => `${right}, ${right.slice(1)}`,
  () => "",
  () => "undefined",
];

const isRefusal = ({ status }: Reply) => status === 401 || status === 429;
const opens = ({ status }: Reply) => status < 300 || status === 400;

const wrongSecrets = attack(
  "wrong secrets at full speed",
  fc.record({ door: fc.nat(SECRET_DOORS.length - 1), wrong: fc.nat(WRONG.length - 1), local: fc.boolean() }),
  async ({ ground, holds }, { door: number, wrong, local }) => {
    const door = SECRET_DOORS[number];
    const make = WRONG[wrong];
    if (!door || !make) return;
    const from = local ? null : randomAddress();
    const right = door.secret(ground);
    const began = performance.now();
    const replies: Reply[] = [];
    for (let turn = 0; turn < TRIES; turn += 4)
      replies.push(...(await Promise.all(Array.from({ length: 4 }, () => door.try(ground, make(right), from)))));
    const seconds = (performance.now() - began) / 1000;
    const served = await door.try(ground, right, from);
    holds(
      `a right secret is served beside wrong ones: ${door.name}`,
      opens(served),
      `${brief(served)} after ${TRIES} wrong ones`,
    );
    const opened = replies.find((reply) => !isRefusal(reply));
    holds(`no wrong secret opens anything: ${door.name}`, opened === undefined, opened && brief(opened));
    if (make(right) !== "" && seconds < 50)
      holds(
        `wrong ones are throttled: ${door.name}`,
        replies.some(({ status }) => status === 429),
        `${TRIES} in ${seconds.toFixed(1)} s`,
      );
  },
  { isSteady: true },
);

const TRACE_TRIES = 24;

/** What has to be found in the audit log afterwards, by the network that it came from. */
const SUSPECT: {
  name: string;
  isNetwork?: boolean;
  do(ground: Ground, from: string, email: string): Promise<Reply>;
  times: number;
}[] = [
  ...SECRET_DOORS.map((door) => ({
    name: `wrong tries of ${door.name}`,
    do: (ground: Ground, from: string) => door.try(ground, randomSecret(), from),
    times: TRACE_TRIES,
  })),
  {
    name: "failed sign-ins",
    do: (ground, from, email) => ask(ground, "/api/auth/login/", { from, body: { email, password: randomSecret() } }),
    times: TRACE_TRIES,
  },
  {
    name: "reset links that were asked for",
    do: (ground, from, email) => ask(ground, "/api/auth/forgot-password/", { from, body: { email } }),
    times: 3,
  },
  {
    name: "bulk reads through the admin API",
    do: (ground, from) => ask(ground, "/api/api-keys", { from, headers: { "X-Admin-Secret": ground.settings.ADMIN_API_SECRET } }),
    times: 3,
  },
];

const TRACE_PATIENCE_MS = 75_000;
const MOST_OF_ONE_TARGET = 100;
const FULLEST = `SELECT max(entries) AS count FROM (
  SELECT count(*) AS entries FROM audit_entries WHERE at > now() - interval '1 hour' AND target_kind = 'door' GROUP BY action, target_id) of_each`;

const traces = attack(
  "leaving no trace",
  fc.nat(SUSPECT.length - 1),
  async ({ ground, holds }, index) => {
    const suspect = SUSPECT[index];
    if (!suspect) return;
    const from = randomAddress();
    const { email } = await newPerson();
    for (let turn = 0; turn < suspect.times; turn += 1) await suspect.do(ground, from, email);
    const entries = () => count("SELECT count(*) FROM audit_entries WHERE address = $1", [from]);
    const began = performance.now();
    while ((await entries()) === 0 && performance.now() - began < TRACE_PATIENCE_MS)
      await new Promise((resolve) => setTimeout(resolve, 500));
    const found = await entries();
    // Whoever has a hundred networks is in it as often within an hour, and does not fill it.
    const isFull = (await count(FULLEST, [])) >= MOST_OF_ONE_TARGET;
    holds(`the audit log has ${suspect.name}`, found > 0 || isFull, `${suspect.times} times from ${from}`);
    if (suspect.times === TRACE_TRIES)
      holds(`and few entries for many of them: ${suspect.name}`, found <= TRACE_TRIES / 2, found);
  },
  { isHeavy: true },
);

const DIFFERENT = randomSecret();

/** Settings under which a new portal must not begin. */
const BAD_SETTINGS: Record<string, Record<string, string>> = {
  "one letter": { ADMIN_API_SECRET: "a" },
  "31 letters": { SERVICE_API_SECRET: "b".repeat(31) },
  "a short usage secret": { USAGE_WEBHOOK_SECRET: "short" },
  "two alike": { ADMIN_API_SECRET: DIFFERENT, SERVICE_API_SECRET: DIFFERENT },
  "three alike": { ADMIN_API_SECRET: DIFFERENT, SERVICE_API_SECRET: DIFFERENT, USAGE_WEBHOOK_SECRET: DIFFERENT },
  "alike with another kind": { BETTER_AUTH_SECRET: DIFFERENT, ADMIN_API_SECRET: DIFFERENT },
  "a wildcard for every host": { ALLOWED_ORIGINS: "https://*" },
  "a wildcard for a whole domain": { ALLOWED_ORIGINS: "https://*.com" },
};

const badStart = attack(
  "weak settings at a start",
  fc.constantFrom(...Object.keys(BAD_SETTINGS)),
  async ({ holds }, name) => {
    const started = await launch({ env: { LOG_LEVEL: "warn", ...BAD_SETTINGS[name] } });
    const isReady = await started.ready().then(
      () => true,
      () => false,
    );
    const { exitCode, signalCode } = started.process;
    if (!isReady && exitCode === null && signalCode === null) {
      await started.stop();
      throw new Error("the start took too long to be judged");
    }
    const outcome = isReady ? "started" : "refused";
    if (isReady) await started.stop();
    const code = await started.ended();
    holds(`a new portal does not start with ${name}`, outcome !== "started" && code !== 0, outcome);
    if (outcome !== "started")
      holds(
        "the refusal shows no secret",
        !Object.values(BAD_SETTINGS[name] ?? {}).some(
          (value) => value.length > 8 && !value.startsWith("https") && started.output().includes(value),
        ),
      );
  },
  { isHeavy: true },
);

export const SECRETS_AND_TRACES = [wrongSecrets, traces, badStart];
