"use client";

import { useActionState } from "react";
import { useFormState } from "@/components/ui/form";
import { useHydrated } from "@/components/ui/hydrated";
import { Link } from "@/components/ui/link";
import { textLink } from "@/components/ui/text-link";
import type { FormAction } from "@/lib/doors/form-state";
import { carryEmail } from "./carried-email";

const PLAIN_FORM = "sign-in-instead";

/** Where an address turns out to have an account: the way in, with the address. `href`: the sign-in page. */
export function SignInInstead({ href }: { href: string }) {
  const { isTaken, values } = useFormState();
  const isHydrated = useHydrated();
  if (!isTaken) return null;
  return (
    <p>
      {isHydrated ? (
        <Link href={href} onClick={() => carryEmail(values.email ?? "")} className={textLink}>
          Sign in instead
        </Link>
      ) : (
        <button type="submit" form={PLAIN_FORM} name="email" value={values.email} className={textLink}>
          Sign in instead
        </button>
      )}
    </p>
  );
}

/** Beside the form: without scripts it takes the address to the form of the sign-in page, whose action and address these are. */
export function PlainSignInInstead({ href, action }: { href: string; action: FormAction }) {
  const [, formAction] = useActionState(action, { fields: {}, values: {} }, href);
  return <form id={PLAIN_FORM} action={formAction} />;
}
