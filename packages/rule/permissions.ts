import { isPlainText } from "./plain-text";

/** A list of actions, or actions by resource: `["read","write"]`, `{"sms":["send"],"*":["read"]}`. */
export type Permissions = string[] | { [resource: string]: string[] };

export const DEFAULT_PERMISSIONS: Permissions = ["read", "write"];

const MAX_BYTES = 4096;

export function isPermissions(value: unknown): value is Permissions {
  const isList = (list: unknown) => Array.isArray(list) && list.every((item) => typeof item === "string" && isPlainText(item));
  if (typeof value !== "object" || value === null) return false;
  const hasShape = Array.isArray(value)
    ? isList(value)
    : Object.entries(value).every(([name, list]) => isPlainText(name) && isList(list));
  return hasShape && new TextEncoder().encode(JSON.stringify(value)).length <= MAX_BYTES;
}

/**
 * Whether `permissions` grant `wanted`: `"write"` is looked up in a list, `"sms:send"` in an object, where the
 * resource `*` stands for every resource. As an action, `*` grants all of them.
 */
export function grants(permissions: Permissions, wanted: string): boolean {
  const includes = (actions: string[] | undefined, action: string) =>
    actions?.includes(action) === true || actions?.includes("*") === true;
  if (Array.isArray(permissions)) return includes(permissions, wanted);
  const colon = wanted.indexOf(":");
  const resource = colon === -1 ? "*" : wanted.slice(0, colon);
  const action = wanted.slice(colon + 1);
  const own = (name: string) => (Object.hasOwn(permissions, name) ? permissions[name] : undefined);
  return includes(own(resource), action) || includes(own("*"), action);
}

/** Whether they grant whatever a call may ask for. */
export function grantsEverything(permissions: Permissions): boolean {
  if (Array.isArray(permissions)) return permissions.includes("*");
  return Object.hasOwn(permissions, "*") && permissions["*"]?.includes("*") === true;
}
