import { maskCredentials } from "./credentials";

/** Of JSON values, each text by itself, and the names of fields too, before it is JSON text. Not for what is nested by thousands. */
export function maskedJson(value: unknown, change: (text: string) => string = maskCredentials): string {
  return JSON.stringify(value, (_, inner) => {
    if (typeof inner === "string") return change(inner);
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).map(([name, held]) => [change(name), held]));
  });
}
