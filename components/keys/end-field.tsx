"use client";

import type { KeyState } from "@latchkey/rule/status";
import { useState } from "react";
import { Choices } from "@/components/ui/choices";
import { useTimeZone } from "@/components/ui/time-zone";
import { formatEnd } from "@/lib/values/zones";
import { ExpiryField } from "./expiry-field";

export type RegeneratedTarget = { uuid: string; state: KeyState; expiresAt: Date | null };

/** Whether the key gets another end with its new credentials. Of an expired key one has to be chosen. */
export function EndField({ target: { state, expiresAt }, openedAt }: { target: RegeneratedTarget; openedAt: Date }) {
  const timeZone = useTimeZone();
  const [isNew, setNew] = useState(false);
  if (state === "expired") {
    return (
      <>
        <input type="hidden" name="end" value="new" />
        <ExpiryField from={openedAt} />
      </>
    );
  }
  const options = [
    { value: "keep", label: expiresAt ? `Keep ${formatEnd(expiresAt, timeZone)}` : "Keep: never" },
    { value: "new", label: "A new one" },
  ];
  return (
    <div className="group/end space-y-5">
      <div>
        <Choices
          name="end"
          legend="The key’s expiry"
          options={options}
          initial="keep"
          onChange={(choice) => setNew(choice === "new")}
        />
        {state === "expiring" && !isNew && (
          <p role="status" className="mt-1.5 text-sm text-warning">
            That is soon, and the new credentials end then as well. A new expiry lets the key live longer.
          </p>
        )}
      </div>
      {/* Without scripts, too: it is there where it is needed. */}
      <div className="hidden group-has-[[name=end][value=new]:checked]/end:block">
        <ExpiryField from={openedAt} />
      </div>
    </div>
  );
}
