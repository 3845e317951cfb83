import type { Scope } from "@latchkey/rule/services";

/** What a service with a scope may do, as the form has it that gives one. */
export const SCOPE_WORDS: Record<Scope, string> = {
  verify: "Ask whether a key may make a call.",
  usage: "Report calls, which cost their owners credits.",
  feed: "Check keys in its own process: read all of them, and hear of each change.",
  leases: "Take credits ahead of calls. Nothing asks for it yet.",
  "admin:read": "Read everyone’s keys, people and balances, and the metrics.",
  "admin:write": "Make and end anyone’s keys, add people, change credits.",
};
