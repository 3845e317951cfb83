"use client";

import { useState } from "react";
import { Choices } from "@/components/ui/choices";
import { useTimeZone } from "@/components/ui/moment";
import { Written } from "@/components/ui/written";
import { formatEnd, formatInstant } from "@/lib/values/zones";
import { ExpiryField } from "./expiry-field";
import { type KeyTarget, useKeyActions } from "./key-actions";
import { ShowOnceDialog } from "./show-once-dialog";

const GRACES = [
  { value: "0", label: "Not at all" },
  { value: "3600", label: "1 hour" },
  { value: "86400", label: "24 hours" },
  { value: "604800", label: "7 days" },
] as const;

type Grace = (typeof GRACES)[number]["value"];

export function RegenerateDialog({
  target,
  onClose,
  onClosed,
}: {
  target: KeyTarget;
  onClose: () => void;
  onClosed: () => void;
}) {
  const { regenerate } = useKeyActions().actions;
  if (!regenerate) return null;
  const isExpired = target.state === "expired";
  return (
    <ShowOnceDialog
      title={
        <>
          Regenerate “<Written>{target.name}</Written>”
        </>
      }
      description={`The key gets new credentials${isExpired ? ", and a new end" : ""}. Its name, permissions and history stay.`}
      submit="Regenerate key"
      sending="Regenerating…"
      action={regenerate}
      onClose={onClose}
      onClosed={onClosed}
    >
      <input type="hidden" name="uuid" value={target.uuid} />
      {/* What has expired does not go on working. */}
      {isExpired ? <input type="hidden" name="grace_seconds" value="0" /> : <GraceField expiresAt={target.expiresAt} />}
      <EndField target={target} />
    </ShowOnceDialog>
  );
}

/** Of an expired key a new end has to be chosen. */
function EndField({ target: { state, expiresAt } }: { target: KeyTarget }) {
  const [openedAt] = useState(() => new Date());
  const timeZone = useTimeZone();
  const [isNew, setNew] = useState(state === "expired");
  const end = expiresAt && formatEnd(expiresAt, timeZone);
  if (state === "expired") {
    return (
      <>
        <input type="hidden" name="end" value="new" />
        <ExpiryField from={openedAt} />
      </>
    );
  }
  const options = [
    { value: "keep", label: end ? `Keep ${end}` : "Keep: never" },
    { value: "new", label: "A new one" },
  ];
  return (
    <>
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
      {isNew && <ExpiryField from={openedAt} />}
    </>
  );
}

/** `expiresAt`: when the key, and so its old credential, ends whatever is chosen. */
function GraceField({ expiresAt }: { expiresAt: Date | null }) {
  const timeZone = useTimeZone();
  const [grace, setGrace] = useState<Grace>("86400");
  const [chosenAt, setChosenAt] = useState(() => Date.now());
  const end = new Date(Math.min(chosenAt + Number(grace) * 1000, expiresAt?.getTime() ?? Number.POSITIVE_INFINITY));
  return (
    <div>
      <Choices
        name="grace_seconds"
        legend="The old credential keeps working for"
        options={GRACES}
        initial="86400"
        onChange={(value) => {
          setGrace(value);
          setChosenAt(Date.now());
        }}
      />
      <p role="status" className="mt-1.5 text-ink-muted text-sm">
        {grace === "0"
          ? "It stops working as soon as you confirm."
          : `It stops working on ${formatInstant(end, timeZone, "minute")}.`}
      </p>
    </div>
  );
}
