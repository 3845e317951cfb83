/** A portal that runs: where it is, and the settings that it runs with. */
export type Portal = {
  url: string;
  settings: Record<string, string>;
  /** The database for an operator: by a role with every right, which the portal's is not. */
  operatorUrl: string;
};

/** How Playwright's workers learn of the portal that its set-up started. */
export const PORTAL_VARIABLE = "LATCHKEY_PORTAL_UNDER_TEST";

let current: Portal | undefined;

/** From now on `shared()` is this portal. */
export function sharePortal(portal: Portal | undefined): void {
  current = portal;
}

/** The portal that all tests of a run use, each with users and keys of its own. */
export function shared(): Portal {
  const portal = findShared();
  if (!portal) throw new Error("this test has no shared portal");
  return portal;
}

export function findShared(): Portal | undefined {
  const described = process.env[PORTAL_VARIABLE];
  if (!current && described) current = JSON.parse(described);
  return current;
}
