import { type Env, env } from "./env";
import { isSafelyReached } from "./issuers";
import { MADE_SECRETS, OPTIONAL_SECRETS } from "./preview-secrets";
import { isOnThisMachine } from "./this-machine";
import { weaknessOf } from "./weak-secrets";
import { isOpenToAnybody } from "./wide-origins";

export { isOnThisMachine };

/** Of each of these a former value can be set, and counts until it is taken away. */
export const WITH_PREVIOUS = [
  "KEY_HASH_SECRET",
  "ADMIN_API_SECRET",
  "SERVICE_API_SECRET",
  "USAGE_WEBHOOK_SECRET",
  "FEED_SIGNING_KEY",
] as const;
const ALL_SECRETS = [...MADE_SECRETS, "KEY_HASH_SECRET_NEXT", "METRICS_TOKEN"] as const;
/** On their way out, and accepted as long as they are set. */
const FORMER_SECRETS = WITH_PREVIOUS.map((name) => `${name}_PREVIOUS` as const);

/** Whether nobody said where people reach the portal, so that its links lead to localhost. */
export function isAddressGuessed({ APP_URL, appUrl }: Env): boolean {
  return APP_URL === undefined && isOnThisMachine(appUrl);
}

/**
 * Settings that are right by themselves but not together, or that let anybody in: a sentence for each, with names and no
 * values. They keep a new database from being started on; one that is in use goes on, and says so.
 */
export function contradictions(settings: Env = env()): string[] {
  return [
    ...ofMail(settings),
    ...ofConfirming(settings),
    ...ofSecrets(settings),
    ...ofWeakness(settings, ALL_SECRETS),
    ...ofPrevious(settings),
    ...ofProxies(settings),
    ...ofIssuers(settings),
    ...ofOrigins(settings),
  ];
}

/** Settings that are served with as they are, and should be looked at again: a sentence for each, with no values. */
export function cautions(settings: Env = env()): string[] {
  const isAnyUnbounded = settings.JWT_TRUSTED_ISSUERS.some(({ domains }) => domains.length === 0);
  const ofUnbounded = isAnyUnbounded
    ? [
        "JWT_TRUSTED_ISSUERS has an issuer without e-mail domains, so it can speak for every user: write its domains behind its address.",
      ]
    : [];
  return [...ofUnbounded, ...ofWeakness(settings, FORMER_SECRETS), ...ofShared(settings)];
}

/** Where services take the place of a secret, it need not be there. */
const WITHOUT: Record<(typeof OPTIONAL_SECRETS)[number], string> = {
  ADMIN_API_SECRET: "only services may use the admin API",
  SERVICE_API_SECRET: "only services may verify keys",
  USAGE_WEBHOOK_SECRET: "only services may report usage",
  FEED_SIGNING_KEY: "nobody may follow the feed",
};

/** Of each secret that is not set and need not be: what that leaves. Right as it is, unless somebody forgot it. */
export function unsetSecrets(settings: Env = env()): string[] {
  return OPTIONAL_SECRETS.filter((name) => !settings[name]).map((name) => `${name} is not set, so ${WITHOUT[name]}.`);
}

function ofMail(settings: Env): string[] {
  if (!settings.SMTP_URL || !isAddressGuessed(settings)) return [];
  return [
    "SMTP_URL is set and APP_URL is not, so links in mails would lead to localhost: set APP_URL to the address people use.",
  ];
}

/** On one's own machine the log has the links. */
function ofConfirming({ SIGNUP_CREDITS_WHEN, KEYS_NEED_CONFIRMED_ADDRESS, SMTP_URL, appUrl }: Env): string[] {
  if (SMTP_URL || isOnThisMachine(appUrl)) return [];
  const waiting = [
    SIGNUP_CREDITS_WHEN === "confirmed" && "SIGNUP_CREDITS_WHEN is confirmed",
    KEYS_NEED_CONFIRMED_ADDRESS === "on" && "KEYS_NEED_CONFIRMED_ADDRESS is on",
  ].filter((setting) => setting !== false);
  return waiting.map((setting) => `${setting} and SMTP_URL is not set, so nobody can confirm an address: set SMTP_URL.`);
}

function ofSecrets(settings: Env): string[] {
  return ALL_SECRETS.flatMap((one, index) =>
    ALL_SECRETS.slice(index + 1)
      .filter((other) => settings[one] !== undefined && settings[one] === settings[other])
      .map((other) => `${one} and ${other} are the same, so whoever has one has both: make one of them anew.`),
  );
}

/** Where two had one secret, the end of that takes a while: until then the holder of either has both. */
function ofShared(settings: Env): string[] {
  return FORMER_SECRETS.flatMap((former) =>
    ALL_SECRETS.filter(
      (other) => former !== `${other}_PREVIOUS` && settings[former] !== undefined && settings[former] === settings[other],
    ).map(
      (other) => `${former} and ${other} are the same, so whoever has one has both: make ${other} anew, or leave ${former} out.`,
    ),
  );
}

function ofWeakness(settings: Env, names: readonly (keyof Env)[]): string[] {
  return names.flatMap((name) => {
    const secret = settings[name];
    const weakness = typeof secret === "string" ? weaknessOf(secret) : null;
    return weakness ? [`${name} ${weakness}, so it could be guessed: make it anew, for example with openssl rand -hex 32.`] : [];
  });
}

function ofPrevious(settings: Env): string[] {
  return WITH_PREVIOUS.filter((name) => settings[name] !== undefined && settings[name] === settings[`${name}_PREVIOUS`]).map(
    (name) => `${name}_PREVIOUS is the same as ${name}: set it to the former one, or leave it out.`,
  );
}

function ofProxies({ TRUSTED_PROXIES }: Env): string[] {
  if (!TRUSTED_PROXIES.some((range) => /\/0+$/.test(range))) return [];
  return ["TRUSTED_PROXIES holds everybody (/0), so each client could choose its address: name the proxies alone."];
}

function ofIssuers({ JWT_TRUSTED_ISSUERS }: Env): string[] {
  if (JWT_TRUSTED_ISSUERS.every(isSafelyReached)) return [];
  return [
    "JWT_TRUSTED_ISSUERS has a key set at http://, which anybody on the way could change, so it is not asked for: give it by https.",
  ];
}

function ofOrigins({ ALLOWED_ORIGINS }: Env): string[] {
  if (!ALLOWED_ORIGINS.some(isOpenToAnybody)) return [];
  return [
    "ALLOWED_ORIGINS holds a * where anybody can register a name, so pages of anybody may call the key APIs: name your own hosts.",
  ];
}
