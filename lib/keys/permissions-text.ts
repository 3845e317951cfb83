import type { Permissions } from "@latchkey/rule/permissions";

/**
 * Permissions as people type them: words between commas or on lines, either all actions (`read, write`) or all
 * `resource:action`. Null when it is a mixture, or when half of a pair is missing.
 */
export function parsePermissionsText(text: string): Permissions | null {
  const words = [...new Set(text.split(/[,\n]/).map((word) => word.trim()))].filter(Boolean);
  if (words.length === 0) return null;
  if (words.every((word) => !word.includes(":"))) return words;
  // A null prototype, so that a resource may be called like a property that every object has.
  const byResource: { [resource: string]: string[] } = Object.create(null);
  for (const word of words) {
    const [, resource, action] = /^([^:]+):(.+)$/.exec(word) ?? [];
    if (!resource || !action) return null;
    const actions = byResource[resource.trim()] ?? [];
    byResource[resource.trim()] = [...actions, action.trim()];
  }
  return byResource;
}
