import type { KeyState } from "@latchkey/rule/status";

/** What is said of disabling and of enabling. */
export const PAUSES = {
  disable: {
    title: "Disable",
    description: "Programs that use it are refused until it is enabled again. Its credentials stay.",
    done: "The key is disabled.",
  },
  enable: { title: "Enable", description: "Programs that use it are let in again.", done: "The key is enabled." },
} as const;

export function pauseDeed(state: KeyState): keyof typeof PAUSES {
  return state === "disabled" ? "enable" : "disable";
}
