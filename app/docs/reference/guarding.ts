import { REFUSAL_CODES, REFUSAL_REASONS, REFUSAL_STATUSES } from "@latchkey/rule/verdicts";

/** What a Public API answers its callers, by the code of the verdict. */
export const REFUSALS = REFUSAL_CODES.map((code) => ({ code, reason: REFUSAL_REASONS[code], status: REFUSAL_STATUSES[code] }));

/** What whoever reports usage does on each answer. */
export const REPORTS = [
  {
    answer: "200",
    next: "Done with all of them. Set what `rejected` names aside, for a person to look at: it would be rejected again.",
  },
  { answer: "413", next: "Send the half of it. `max_bytes` is how much is read." },
  { answer: "400", next: "One of them may spoil it for the others: send halves, and set the one that is refused alone aside." },
  {
    answer: "401",
    next: "Look at the secret, and whether something on the way changes the body. Keep the reports and send them again.",
  },
  { answer: "429, 5xx", next: "Send the same again, with the same ids, after `Retry-After` or after a pause that grows." },
  {
    answer: "anything else",
    next: "No answer in time, a page, a redirect or `{}` confirms nothing: send the same again, after a pause that grows.",
  },
];
