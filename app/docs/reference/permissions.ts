import type { Permissions } from "@latchkey/rule/permissions";

/** What a Public API can ask for, in the forms that there are. */
export const QUESTIONS = ["read", "write", "sms:send", "sms:read", "mail:read"] as const;

type Question = (typeof QUESTIONS)[number];

/** Keys as they are made, and which of the questions each grants. A test holds this to the rule. */
export const GRANTED: { permissions: Permissions; whose: string; grants: readonly Question[] }[] = [
  { permissions: ["read", "write"], whose: "Of a key that was made without a word about them.", grants: ["read", "write"] },
  { permissions: ["read"], whose: "A list of one action.", grants: ["read"] },
  { permissions: ["sms:send"], whose: "A list holds words: this one has a colon in it.", grants: ["sms:send"] },
  { permissions: ["*"], whose: "Everything, also what is not thought of yet.", grants: QUESTIONS },
  { permissions: [], whose: "Nothing.", grants: [] },
  { permissions: {}, whose: "Nothing. Some clients send it with every key.", grants: [] },
  { permissions: { sms: ["send"] }, whose: "One action of one resource.", grants: ["sms:send"] },
  { permissions: { sms: ["*"] }, whose: "Every action of one resource.", grants: ["sms:send", "sms:read"] },
  { permissions: { "*": ["read"] }, whose: "One action of every resource.", grants: ["read", "sms:read", "mail:read"] },
  { permissions: { sms: ["send"], "*": ["read"] }, whose: "Both.", grants: ["read", "sms:send", "sms:read", "mail:read"] },
  { permissions: { "*": ["*"] }, whose: "Everything.", grants: QUESTIONS },
];

/** What to ask, by what the API wants to tell apart. */
export const ADVICE: { title: string; text: string; body: object }[] = [
  {
    title: "Whoever has a key may call everything",
    text: "Leave `permission` out. Nothing is asked of what the key may do, and every key that works is valid: one with `{}` too. If the people who make your keys use a client that always sends `{}`, this is the only question that their keys pass.",
    body: { key: "mf_live_abc123..." },
  },
  {
    title: "Reading and changing are two things",
    text: 'Ask for `read` where a call only reads and for `write` where it changes something. Keys that were made without a word about permissions pass both, and a key with `["read"]` passes one. A key with `{}` passes neither.',
    body: { key: "mf_live_abc123...", permission: "write" },
  },
  {
    title: "Each part of the API is a thing of its own",
    text: 'Ask for the resource and the action, with a colon between them. A key passes if it has the action for this resource, or for `*`. A list knows no resources: `["read","write"]` does not pass `sms:read`.',
    body: { key: "mf_live_abc123...", permission: "sms:send" },
  },
  {
    title: "Keys of both forms are in use",
    text: "Ask both questions in one request, and serve the call if one of the results is valid: a new key by its resource, an old one by its list. The cost stands in both; neither is charged before you report the call.",
    body: {
      keys: [
        { key: "mf_live_abc123...", permission: "sms:send" },
        { key: "mf_live_abc123...", permission: "write" },
      ],
    },
  },
];
