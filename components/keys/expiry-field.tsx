"use client";

import { useId, useState } from "react";
import { Choices } from "@/components/ui/choices";
import { useFormState } from "@/components/ui/form";
import { useHydrated } from "@/components/ui/hydrated";
import { FieldNotes } from "@/components/ui/text-field";
import { useTimeZone } from "@/components/ui/time-zone";
import { DAY_MS } from "@/lib/values/days";
import { dayIn, endOfDay, formatEnd } from "@/lib/values/zones";
import { LastDay } from "./last-day";

const PRESETS = [
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "1 year" },
  { value: "never", label: "Never" },
  { value: "date", label: "A date" },
] as const;

type Preset = (typeof PRESETS)[number]["value"];

/** When a key ends. Counted from `from`, which stays as it is while the form is open: sent again, it says the same instant. */
export function ExpiryField({ from }: { from: Date }) {
  const id = useId();
  const timeZone = useTimeZone();
  const [preset, setPreset] = useState<Preset>("90");
  const [date, setDate] = useState("");
  const isHydrated = useHydrated();
  const { fields, values } = useFormState();
  const errors = fields.expires_at;
  const instant =
    preset === "date" ? endOfDay(date, timeZone) : preset === "never" ? null : new Date(from.getTime() + Number(preset) * DAY_MS);
  // An empty value would mean "never".
  const sent = preset === "date" && !instant ? "no date" : (instant?.toISOString() ?? "");
  const hint = instant ? endText(instant, timeZone) : preset === "never" ? "Works until you revoke it." : "";
  return (
    <div className="group/expiry">
      <Choices name="expiry" legend="Expires after" options={PRESETS} initial="90" onChange={setPreset} />
      <LastDay onDate={setDate} min={dayIn(from, timeZone)} notes={errors ? `${id}-errors` : undefined} />
      {/* Without scripts the server counts from here: sent again, the form says the same. */}
      <input type="hidden" name="opened_at" value={values.opened_at ?? from.toISOString()} />
      {isHydrated && <input type="hidden" name="expires_at" value={sent} />}
      <FieldNotes id={id} errors={errors} hint={isHydrated ? hint : "Of a date, the whole day counts."} />
    </div>
  );
}

function endText(instant: Date, timeZone: string): string {
  const end = formatEnd(instant, timeZone);
  return end.startsWith("end") ? `Works until the ${end}.` : `Ends on ${end}.`;
}
