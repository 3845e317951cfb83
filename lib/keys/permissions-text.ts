import { DEFAULT_PERMISSIONS, type Permissions } from "@latchkey/rule/permissions";
import { isolated } from "@/lib/values/isolated";

/** Typed, a resource stands before each of its actions, so that more than the 4 KiB that are kept may come. */
const MAX_LENGTH = 16 * 1024;

/** What the names of actions and resources are made of, where people type them. */
export const PERMISSION_ALPHABET = "letters, digits and . _ - /";
const NAME = "(?:\\*|[\\p{L}\\p{M}\\p{N}._/-]+)";
const WORD = new RegExp(`^${NAME}(?::${NAME})*$`, "u");
const MAX_QUOTED = 40;

/** What can be chosen without typing. */
export const PRESETS = { everything: ["*"], "read-write": DEFAULT_PERMISSIONS, read: ["read"] } satisfies Record<
  string,
  Permissions
>;

export function isPreset(choice: unknown): choice is keyof typeof PRESETS {
  return typeof choice === "string" && Object.hasOwn(PRESETS, choice);
}

export type TypedPermissions = { permissions: Permissions } | { problem: string };

/**
 * Permissions as people type them, with white space, commas or semicolons between them: actions (`read write`), pairs of
 * resource and action (`sms:send`), or both, where an action alone is one of every resource. `asList`: of a key that has a list,
 * whose words may hold what nobody would type.
 */
export function parsePermissionsText(text: string, { asList = false } = {}): TypedPermissions {
  if (text.length > MAX_LENGTH) return { problem: "This is more than a key can hold." };
  const words = [...new Set(text.split(/[\s,;]+/))].filter(Boolean);
  if (words.length === 0) return { problem: "Write at least one." };
  if (asList) return { permissions: words };
  const wrong = words.find((word) => !WORD.test(word));
  if (wrong !== undefined) return { problem: `“${quoted(wrong)}” is no permission.` };
  return { permissions: words.some((word) => word.includes(":")) ? byResource(words) : words };
}

function byResource(words: readonly string[]): Permissions {
  // A null prototype, so that a resource may be called like a property that every object has.
  const actions: { [resource: string]: string[] } = Object.create(null);
  for (const word of words) {
    const colon = word.indexOf(":");
    const resource = colon === -1 ? "*" : word.slice(0, colon);
    actions[resource] ??= [];
    actions[resource].push(word.slice(colon + 1));
  }
  return actions;
}

function quoted(word: string): string {
  const letters = [...word];
  return isolated(letters.length > MAX_QUOTED ? `${letters.slice(0, MAX_QUOTED).join("")}…` : word);
}
