"use client";

import { type ReactNode, type SubmitEvent, useState } from "react";
import { useHydrated } from "./hydrated";

type Props = {
  action: (form: FormData) => Promise<void>;
  onSubmit?: (event: SubmitEvent<HTMLFormElement>) => void;
  /** What it shows where no action answered. */
  failure: ReactNode;
  children: ReactNode;
};

/** Buttons alone. Where nothing answers, the page stays, with all that is typed in it. A plain form without JavaScript. */
export function ButtonForm({ action, onSubmit, failure, children }: Props) {
  const isHydrated = useHydrated();
  const [hasFailed, setFailed] = useState(false);
  const send = (form: FormData) =>
    action(form).then(
      () => setFailed(false),
      () => setFailed(true),
    );
  return (
    <form action={isHydrated ? send : action} onSubmit={onSubmit}>
      {children}
      {hasFailed && failure}
    </form>
  );
}
