"use client";

import { useRouter } from "next/navigation";
import { type ReactNode, useRef, useState } from "react";
import { Dialog } from "@/components/ui/dialog";
import { Form } from "@/components/ui/form";
import { useLeaveGuard } from "@/components/ui/leave-guard";
import type { IssueAction, Issued } from "@/lib/keys/action-states";
import { SaveKey } from "./save-key";
import { Ready, UncopiedQuestion, useCopied, useForgetting } from "./uncopied";

type Props = {
  title: ReactNode;
  description?: ReactNode;
  /** Closed for good: the credentials are gone from memory. */
  onClose: () => void;
  onClosed: () => void;
  submit: string;
  /** What the button says meanwhile. */
  sending: string;
  action: IssueAction;
  /** The page that does the same. */
  page?: string | undefined;
  /** The fields of the form that leads to credentials. */
  children: ReactNode;
};

/** A form, and then in its place the credentials that it led to. They are only ever in this component's memory. */
export function ShowOnceDialog({ title, description, submit, sending, action, page, onClose, onClosed, children }: Props) {
  const router = useRouter();
  const [issued, setIssued] = useState<Issued | null>(null);
  const [isAsking, setAsking] = useState(false);
  const isMaking = useRef(false);
  const [isToldToWait, setToldToWait] = useState(false);
  const guard = useLeaveGuard(leave);
  const { missing, onCopied } = useCopied(issued, guard);

  useForgetting(() => setIssued(null));

  // While it is under way the dialog stays: nobody else would see the answer.
  function leave() {
    if (isMaking.current) setToldToWait(true);
    else if (missing.length > 0) setAsking(true);
    else close();
  }

  function close() {
    guard.release();
    onClose();
    if (issued) router.refresh();
  }

  return (
    <Dialog
      isOpen
      title={issued ? "Save your key" : title}
      description={issued ? <Ready issued={issued} /> : description}
      onClose={leave}
      onClosed={onClosed}
    >
      {issued ? (
        <SaveKey issued={issued} onCopied={onCopied} onDone={leave} />
      ) : (
        <Form
          page={page}
          submit={submit}
          sending={sending}
          action={async (state, form) => {
            isMaking.current = true;
            guard.hold();
            try {
              const { issued: received, ...next } = await action(state, form);
              if (received) setIssued(received);
              else guard.release();
              return next;
            } catch (error) {
              guard.letGo();
              throw error;
            } finally {
              isMaking.current = false;
              setToldToWait(false);
            }
          }}
        >
          {children}
          {isToldToWait && (
            <p role="status" className="text-ink-muted">
              This stays open until the key is here: it is shown once.
            </p>
          )}
        </Form>
      )}
      <UncopiedQuestion isOpen={isAsking} missing={missing} onCancel={() => setAsking(false)} onConfirm={close} />
    </Dialog>
  );
}
