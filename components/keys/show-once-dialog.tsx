"use client";

import { useRouter } from "next/navigation";
import { type ReactNode, useRef, useState } from "react";
import { secondaryButton } from "@/components/ui/button-styles";
import { Dialog } from "@/components/ui/dialog";
import { Form } from "@/components/ui/form";
import { useLeaveGuard } from "@/components/ui/leave-guard";
import type { FormState } from "@/lib/doors/form-state";
import type { Issued } from "@/lib/keys/action-states";
import { SaveKey, type SaveProps } from "./save-key";
import { KEY_WORDS, Ready, UncopiedQuestion, useCopied, useForgetting, type Words } from "./uncopied";

type Props<Shown extends Issued> = {
  title: ReactNode;
  description?: ReactNode;
  /** Closed for good: the credentials are gone from memory. */
  onClose: () => void;
  onClosed: () => void;
  submit: string;
  /** What the button says meanwhile. */
  sending: string;
  action: (state: FormState, form: FormData) => Promise<FormState & { issued?: Shown }>;
  /** The page that does the same. */
  page?: string | undefined;
  /** What shows them, and how they are spoken of, where they are no key's. */
  save?: (props: SaveProps<Shown>) => ReactNode;
  words?: Words;
  /** The fields of the form that leads to credentials. */
  children: ReactNode;
};

/** A form, and then in its place the credentials that it led to. They are only ever in this component's memory. */
export function ShowOnceDialog<Shown extends Issued>({ title, description, action, onClose, onClosed, ...form }: Props<Shown>) {
  const { submit, sending, page, children, words = KEY_WORDS, save = (props) => <SaveKey {...props} /> } = form;
  const router = useRouter();
  const [issued, setIssued] = useState<Shown | null>(null);
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
      title={issued ? `Save your ${words.noun}` : title}
      description={issued ? <Ready issued={issued} words={words} /> : description}
      onClose={leave}
      onClosed={onClosed}
    >
      {issued ? (
        <div ref={showStart}>{save({ issued, onCopied, onDone: leave })}</div>
      ) : (
        <Form
          page={page}
          submit={submit}
          sending={sending}
          cancel={
            <button type="button" onClick={leave} className={secondaryButton}>
              Cancel
            </button>
          }
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
              This stays open until the {words.noun} is here: it is shown once.
            </p>
          )}
        </Form>
      )}
      <UncopiedQuestion isOpen={isAsking} missing={missing} words={words} onCancel={() => setAsking(false)} onConfirm={close} />
    </Dialog>
  );
}

/** The form in whose place they come may have been scrolled to its end. */
function showStart(box: HTMLElement | null): void {
  box?.closest("[role=dialog]")?.scrollTo(0, 0);
}
