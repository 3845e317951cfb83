"use client";

import { useRouter } from "next/navigation";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { primaryButton, secondaryButton } from "@/components/ui/button-styles";
import { Form } from "@/components/ui/form";
import { useHydrated } from "@/components/ui/hydrated";
import { useLeaveGuard } from "@/components/ui/leave-guard";
import { Link } from "@/components/ui/link";
import { Written } from "@/components/ui/written";
import type { FormState } from "@/lib/doors/form-state";
import type { IssueAction, Issued, IssueState, Repeated } from "@/lib/keys/action-states";
import { keyDeedPage } from "./key-pages";
import { SaveKey } from "./save-key";
import { Ready, UncopiedQuestion, useCopied, useForgetting } from "./uncopied";

type Props = {
  title: ReactNode;
  description?: ReactNode;
  submit: string;
  sending: string;
  action: IssueAction;
  children: ReactNode;
};

type Guard = ReturnType<typeof useLeaveGuard>;

const heading = "font-semibold text-2xl tracking-tight [overflow-wrap:anywhere]";

/** ShowOnceDialog as a page: without scripts, or before they are there, the answer to the form is the page with the credentials. */
export function ShowOncePage({ title, description, submit, sending, action, children }: Props) {
  const isHydrated = useHydrated();
  const [isAsking, setAsking] = useState(false);
  const [version, setVersion] = useState(0);
  const guard = useLeaveGuard(() => setAsking(true));

  // With another form, what this one was answered is gone.
  useForgetting(() => setVersion((before) => before + 1));

  return (
    <Form
      key={version}
      action={isHydrated ? guarded(action, guard) : action}
      submit={submit}
      sending={sending}
      heading={
        <div>
          <h1 className={heading}>{title}</h1>
          {description && <p className="mt-2 text-ink-muted">{description}</p>}
        </div>
      }
      cancel={
        <Link href="/keys" className={secondaryButton}>
          Cancel
        </Link>
      }
      answered={({ issued, repeated }: IssueState) => {
        if (issued) return <Saved issued={issued} guard={guard} isAsking={isAsking} setAsking={setAsking} />;
        return repeated && <Known {...repeated} />;
      }}
    >
      {children}
    </Form>
  );
}

/** While it is under way nobody leaves by mistake; nobody else would see the answer. */
function guarded(action: IssueAction, guard: Guard): IssueAction {
  return async (state: FormState, form: FormData) => {
    guard.hold();
    try {
      const next = await action(state, form);
      if (!next.issued) guard.release();
      return next;
    } catch (error) {
      guard.letGo();
      throw error;
    }
  };
}

type SavedProps = { issued: Issued; guard: Guard; isAsking: boolean; setAsking: (isAsking: boolean) => void };

function Saved({ issued, guard, isAsking, setAsking }: SavedProps) {
  const router = useRouter();
  const title = useRef<HTMLHeadingElement>(null);
  const { missing, onCopied } = useCopied(issued, guard);
  const { hold } = useRef(guard).current;

  useEffect(() => {
    hold();
    title.current?.focus();
  }, [hold]);

  // Not by going back, which would call the way to the keys off.
  function leave() {
    guard.letGo();
    router.replace("/keys");
  }

  return (
    <div className="space-y-5">
      <div>
        <h1 ref={title} tabIndex={-1} className={`${heading} outline-none`}>
          Save your key
        </h1>
        <p className="mt-2 text-ink-muted">
          <Ready issued={issued} />
        </p>
      </div>
      <SaveKey issued={issued} onCopied={onCopied} onDone={() => (missing.length > 0 ? setAsking(true) : leave())} />
      <noscript>
        {issued.isNew && <p className="mb-5 text-ink-muted">The key’s own page says whether its first call has arrived.</p>}
        <a href="/keys" className={primaryButton}>
          I saved it: go to the keys
        </a>
      </noscript>
      <UncopiedQuestion
        isOpen={isAsking && missing.length > 0}
        missing={missing}
        onCancel={() => setAsking(false)}
        onConfirm={leave}
      />
    </div>
  );
}

/** The same form sent again, most often by loading its answer anew. */
function Known({ uuid, name }: Repeated) {
  return (
    <div role="status">
      <h1 className={heading}>
        “<Written>{name}</Written>” is there already
      </h1>
      <p className="mt-2 mb-6 text-ink-muted">
        This form was sent before, and its key was shown then, once. Where it was not saved, regenerate the key: that makes a new
        credential and a new secret.
      </p>
      <div className="flex flex-wrap gap-3">
        <Link href={keyDeedPage(uuid, "regenerate")} className={primaryButton}>
          Regenerate it
        </Link>
        <Link href={`/keys/${uuid}`} className={secondaryButton}>
          Look at it
        </Link>
      </div>
    </div>
  );
}
