import type { Permissions } from "@latchkey/rule/permissions";

/** Typed, a resource stands before each of its actions, so that more than the 4 KiB that are kept may come. */
const MAX_LENGTH = 16 * 1024;

/**
 * Permissions as people type them: words between commas or on lines, either all actions (`read, write`) or all
 * `resource:action`. Null when it is a mixture, or when half of a pair is missing.
 */
export function parsePermissionsText(text: string): Permissions | null {
  if (text.length > MAX_LENGTH) return null;
  const words = [...new Set(text.split(/[,\n]/).map((word) => word.trim()))].filter(Boolean);
  if (words.length === 0) return null;
  if (words.every((word) => !word.includes(":"))) return words;
  // A null prototype, so that a resource may be called like a property that every object has.
  const byResource: { [resource: string]: string[] } = Object.create(null);
  for (const word of words) {
    const [, resource, action] = /^([^:]+):(.+)$/.exec(word) ?? [];
    if (!resource || !action) return null;
    const name = resource.trim();
    byResource[name] ??= [];
    byResource[name].push(action.trim());
  }
  return byResource;
}
