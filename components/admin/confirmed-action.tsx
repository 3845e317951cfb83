"use client";

import dynamic from "next/dynamic";
import { createContext, type ReactNode, useCallback, useContext, useRef, useState } from "react";
import { useHydrated } from "@/components/ui/hydrated";
import type { FormAction, FormState } from "@/lib/doors/form-state";

const PasswordDialog = dynamic(() => import("./password-dialog").then((module) => module.PasswordDialog), { ssr: false });

/** Asks for the password; answers whether it was given. */
type Confirm = () => Promise<boolean>;

const ConfirmContext = createContext<Confirm>(async () => false);

type ProviderProps = { email: string; action: FormAction; children: ReactNode };

/** Around the pages of staff: holds the one dialog that asks for the password again. */
export function ConfirmPasswordProvider({ email, action, children }: ProviderProps) {
  const [isOpen, setOpen] = useState(false);
  const [isMounted, setMounted] = useState(false);
  const answer = useRef<(isConfirmed: boolean) => void>(() => {});
  const opener = useRef<Element | null>(null);

  const confirm = useCallback<Confirm>(() => {
    opener.current = document.activeElement;
    setMounted(true);
    setOpen(true);
    return new Promise((resolve) => {
      answer.current = resolve;
    });
  }, []);

  function close(isConfirmed: boolean) {
    setOpen(false);
    answer.current(isConfirmed);
  }

  return (
    <ConfirmContext value={confirm}>
      {children}
      {isMounted && (
        <PasswordDialog
          isOpen={isOpen}
          email={email}
          action={action}
          onConfirmed={() => close(true)}
          onCancel={() => close(false)}
          onClosed={() => opener.current instanceof HTMLElement && opener.current.focus()}
        />
      )}
    </ConfirmContext>
  );
}

/** For what is no form, such as a download: asks for the password, and answers whether it was given. */
export function useConfirm(): Confirm {
  return useContext(ConfirmContext);
}

/**
 * The action, asking for the password where the server wants it and then sending the very same form once more. To be given
 * to a `Form` or to `useActionState` in place of the action itself.
 */
export function useConfirmedAction<State extends Partial<FormState>>(
  action: (state: State, form: FormData) => Promise<State>,
): (state: State, form: FormData) => Promise<State> {
  const confirm = useConfirm();
  const isHydrated = useHydrated();
  // Before there are scripts, the form goes to the server's action itself.
  if (!isHydrated) return action;
  return async (state, form) => {
    const answer = await action(state, form);
    if (!answer.needsPassword) return answer;
    if (await confirm()) return action(state, form);
    return { ...answer, needsPassword: undefined, message: "Nothing was done: the password was not given." };
  };
}
