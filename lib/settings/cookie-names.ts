import { env } from "./env";

/** Browsers send cookies to every port of a host, so two portals on one have names of their own. */
export function cookiePrefix(): string {
  const { port } = new URL(env().appUrl);
  return port ? `latchkey-${port}` : "latchkey";
}

/** Where colours are kept that somebody chose. */
export const themeCookie = () => `${cookiePrefix()}.theme`;

/** What makes a browser known to accounts that signed in with it. Where this runs on https, only that may set it. */
export const deviceCookie = () => `${env().appUrl.startsWith("https:") ? "__Secure-" : ""}${cookiePrefix()}.devices`;

/** As it was called before: read where there is no other yet, until it expires. */
export const FORMER_THEME_COOKIE = "theme";
