import { DAY_MS } from "@/lib/values/days";
import { parseInstant } from "@/lib/values/instant";
import { Unread } from "@/lib/values/unread";
import { endOfDay } from "@/lib/values/zones";

/**
 * When a new key ends, as the form has it: an instant that a script worked out, or, without one, what was chosen, counted from
 * when the form was made; a day is one of the zone. Empty for never.
 */
export function readEnd(form: FormData, timeZone: string, now = new Date()): string | Unread {
  const end = endOf(form, timeZone, now);
  const at = parseInstant(end);
  return at && at <= now ? new Unread("Choose a moment that is still to come.") : end;
}

function endOf(form: FormData, timeZone: string, now: Date): string {
  const read = (name: string) => form.get(name)?.toString() ?? "";
  if (form.has("expires_at")) return read("expires_at");
  const chosen = read("expiry");
  if (chosen === "" || chosen === "never") return "";
  const openedAt = Math.min(Date.parse(read("opened_at")) || now.getTime(), now.getTime());
  if (/^\d{1,3}$/.test(chosen)) return new Date(openedAt + Number(chosen) * DAY_MS).toISOString();
  return (chosen === "date" && endOfDay(read("last_day"), timeZone)?.toISOString()) || "no date";
}
