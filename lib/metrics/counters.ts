import { counter, gauge } from "./registry";

export const verifications = counter(
  "latchkey_verifications_total",
  "Verdicts on credentials, each of a list too, by their code; UNAVAILABLE: there was none.",
  ["code"],
);

export const usageEvents = counter(
  "latchkey_usage_events_total",
  "Reported calls: accepted, duplicate, or rejected (of an unknown key, or bad in a batch).",
  ["outcome"],
);

export const creditsCharged = counter("latchkey_usage_credits_total", "Credits charged for reported calls.");

export const mails = counter("latchkey_mails_total", "Mails: sent, failed, or not_sent without a mail server.", ["outcome"]);

export const housekeepingRuns = counter("latchkey_housekeeping_runs_total", "Rounds of housekeeping, by how they ended.", [
  "outcome",
]);

export const housekeepingRemoved = counter("latchkey_housekeeping_removed_rows_total", "Rows that housekeeping removed.", [
  "table",
]);

export const maskedRows = counter(
  "latchkey_masked_rows_total",
  "Stored rows in which an earlier version left a credential: masked, or left where rows cannot be changed.",
  ["table", "outcome"],
);

export const housekeepingDone = gauge(
  "latchkey_housekeeping_last_success_timestamp_seconds",
  "When housekeeping last came to its end; 0: not since the start.",
);

// A series that begins with its first failure has no rate until the second.
for (const outcome of ["accepted", "duplicate", "rejected"]) usageEvents.inc({ outcome }, 0);
for (const outcome of ["success", "failure"]) housekeepingRuns.inc({ outcome }, 0);
for (const outcome of ["sent", "failed", "not_sent"]) mails.inc({ outcome }, 0);
for (const code of ["VALID", "UNAVAILABLE"]) verifications.inc({ code }, 0);
