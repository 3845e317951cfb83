import { PORTAL_VARIABLE } from "../support/portal";
import { startPortal } from "../support/ways";

/** One portal for all browser tests, started as `npm start` starts one. */
export default async function setup(): Promise<() => Promise<void>> {
  // A browser has one address, so the limit per address would refuse what all tests do together.
  const { stop, ...portal } = await startPortal("embedded", { AUTH_RATE_LIMIT_PER_MINUTE: "1000" });
  process.env[PORTAL_VARIABLE] = JSON.stringify(portal);
  return stop;
}
