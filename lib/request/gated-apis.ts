// Runs in the edge middleware: no Node.js APIs. Its matcher names these again: Next reads it without running anything.

export const USER_API = "/api/auth";
export const ADMIN_APIS = ["/api/api-keys", "/api/users"];

/** Whether the middleware stands in front of this path of the APIs. */
export function isGated(path: string): boolean {
  return isAdminApi(path) || isBelow(path, USER_API);
}

/** Whether whoever asks for this path needs the admin secret. */
export function isAdminApi(path: string): boolean {
  return ADMIN_APIS.some((prefix) => isBelow(path, prefix));
}

function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}

/** A path without the slashes at its end. */
export function withoutEndSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === "/") end -= 1;
  return path.slice(0, end);
}
