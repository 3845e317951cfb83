// Runs in the edge middleware: no Node.js APIs. Its matcher names these again: Next reads it without running anything.

export const USER_API = "/api/auth";
export const ADMIN_API = "/api/api-keys";

/** Whether the middleware stands in front of this path of the APIs. */
export function isGated(path: string): boolean {
  return [USER_API, ADMIN_API].some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
}
