import { grants, type Permissions } from "./permissions";

/**
 * Whether whatever `wanted` grants is granted by `current` too: a key may lose permissions, never gain any. In doubt it is
 * no: an object narrows a list only where the list grants everything.
 */
export function narrows(current: Permissions, wanted: Permissions): boolean {
  if (Array.isArray(wanted)) return wanted.every((action) => grants(current, action));
  if (Array.isArray(current)) return current.includes("*") || Object.values(wanted).every((actions) => actions.length === 0);
  return Object.entries(wanted).every(([resource, actions]) =>
    actions.every((action) => isGranted(current, resource, action) || isGranted(current, "*", action)),
  );
}

function isGranted(current: { [resource: string]: string[] }, resource: string, action: string): boolean {
  const actions = Object.hasOwn(current, resource) ? current[resource] : undefined;
  return actions?.includes(action) === true || actions?.includes("*") === true;
}

/** Whether a key that ends at `current` (null: never) may be made to end at `wanted`. */
export function endsNoLater(current: Date | null, wanted: Date | null): boolean {
  if (current === null) return true;
  return wanted !== null && wanted <= current;
}
