"use client";

import { useRouter } from "next/navigation";
import { type ReactNode, useEffect, useState } from "react";
import { flushSync } from "react-dom";
import { AlertDialog } from "@/components/ui/alert-dialog";
import { Dialog } from "@/components/ui/dialog";
import { Form } from "@/components/ui/form";
import { format, useTimeZone } from "@/components/ui/moment";
import type { IssueAction, Issued } from "@/lib/keys/action-states";
import { SaveKey } from "./save-key";

type Props = {
  title: string;
  description?: ReactNode;
  /** Closed for good: the credentials are gone from memory. */
  onClose: () => void;
  onClosed: () => void;
  submit: string;
  action: IssueAction;
  /** The fields of the form that leads to credentials. */
  children: ReactNode;
};

/** A form, and then in its place the credentials that it led to. They are only ever in this component's memory. */
export function ShowOnceDialog({ title, description, submit, action, onClose, onClosed, children }: Props) {
  const router = useRouter();
  const [issued, setIssued] = useState<Issued | null>(null);
  const [isSaved, setSaved] = useState(false);
  const [isAsking, setAsking] = useState(false);

  // A page that the browser keeps for Back must not hold them.
  useEffect(() => {
    const forget = () => flushSync(() => setIssued(null));
    window.addEventListener("pagehide", forget);
    return () => window.removeEventListener("pagehide", forget);
  }, []);

  function close() {
    onClose();
    if (issued) router.refresh();
  }

  return (
    <Dialog
      isOpen
      title={issued ? "Save your key" : title}
      description={issued ? <Ready issued={issued} /> : description}
      onClose={() => (issued && !isSaved ? setAsking(true) : close())}
      onClosed={onClosed}
    >
      {issued ? (
        <SaveKey issued={issued} onSaved={() => setSaved(true)} onDone={() => (isSaved ? close() : setAsking(true))} />
      ) : (
        <Form
          submit={submit}
          action={async (state, form) => {
            const { issued: received, ...next } = await action(state, form);
            if (received) setIssued(received);
            return next;
          }}
        >
          {children}
        </Form>
      )}
      <AlertDialog
        isOpen={isAsking}
        title="You will not see this key again"
        description="Not all of it was copied. Once this is closed, the only way to new credentials is to regenerate the key."
        cancel="Go back and copy"
        confirm="Close anyway"
        onCancel={() => setAsking(false)}
        onConfirm={close}
      />
    </Dialog>
  );
}

function Ready({ issued: { name, previousUntil } }: { issued: Issued }) {
  const timeZone = useTimeZone();
  return (
    <>
      “{name}” is ready. This is the only time that you can see it.
      {previousUntil && ` The old credential works until ${format(previousUntil, timeZone, true)}.`}
      {previousUntil === null && " The old credential no longer works."}
    </>
  );
}
