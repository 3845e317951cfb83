export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

/** Anything unknown follows the system. */
export function toTheme(value: unknown): Theme {
  return THEMES.find((theme) => theme === value) ?? "system";
}
