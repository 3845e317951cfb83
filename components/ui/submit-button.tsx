"use client";

import type { ReactNode } from "react";
import { useFormStatus } from "react-dom";
import { secondaryButton } from "./button-styles";

/** Sends the form it stands in, once. */
export function SubmitButton({ children }: { children: ReactNode }) {
  const { pending } = useFormStatus();
  return (
    <button
      type="submit"
      aria-disabled={pending}
      onClick={(event) => pending && event.preventDefault()}
      className={`${secondaryButton} whitespace-nowrap aria-disabled:opacity-60`}
    >
      {children}
    </button>
  );
}
