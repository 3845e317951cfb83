"use client";

import { useState } from "react";
import { Choices } from "@/components/ui/choices";
import { format, useTimeZone } from "@/components/ui/moment";
import { Written } from "@/components/ui/written";
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
  return (
    <ShowOnceDialog
      title={
        <>
          Regenerate “<Written>{target.name}</Written>”
        </>
      }
      description="The key gets a new credential and a new secret. Its name, permissions, expiry and history stay."
      submit="Regenerate key"
      sending="Regenerating…"
      action={regenerate}
      onClose={onClose}
      onClosed={onClosed}
    >
      <input type="hidden" name="uuid" value={target.uuid} />
      <GraceField />
    </ShowOnceDialog>
  );
}

function GraceField() {
  const timeZone = useTimeZone();
  const [grace, setGrace] = useState<Grace>("86400");
  const [chosenAt, setChosenAt] = useState(() => Date.now());
  const end = new Date(chosenAt + Number(grace) * 1000);
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
        {grace === "0" ? "It stops working as soon as you confirm." : `It stops working on ${format(end, timeZone, true)}.`}
      </p>
    </div>
  );
}
