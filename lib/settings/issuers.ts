import { isOnThisMachine } from "./this-machine";

/** An entry of JWT_TRUSTED_ISSUERS. `names`: the `iss` values that are its own. `domains`: of e-mail; none given: all. */
export type IssuerSetting = { names: string[]; keySet: string; domains: string[] };

const DOMAIN = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/;

/**
 * Reads `JWKS_ADDRESS` or `ISSUER|JWKS_ADDRESS`, with the e-mail domains it may speak for behind it, each after a space.
 * Null when it is none.
 */
export function readIssuer(entry: string): IssuerSetting | null {
  const bar = entry.indexOf("|");
  const [keySet = "", ...written] = entry
    .slice(bar + 1)
    .trim()
    .split(/\s+/);
  const domains = written.map((domain) => domain.toLowerCase());
  if (!/^https?:$/.test(URL.canParse(keySet) ? new URL(keySet).protocol : "") || !domains.every((domain) => DOMAIN.test(domain)))
    return null;
  return { names: bar === -1 ? namesOf(keySet) : [entry.slice(0, bar)], keySet, domains };
}

/** Whether nobody on the way can change the keys: they come over https, or from this machine. Others are not asked for. */
export function isSafelyReached({ keySet }: IssuerSetting): boolean {
  return new URL(keySet).protocol === "https:" || isOnThisMachine(keySet);
}

/** From an address alone: what comes before `/.well-known/`, or else its origin, with and without a trailing slash. */
function namesOf(keySet: string): string[] {
  const wellKnown = keySet.indexOf("/.well-known/");
  const name = wellKnown === -1 ? new URL(keySet).origin : keySet.slice(0, wellKnown);
  return [name, `${name}/`];
}
