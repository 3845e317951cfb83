"use client";

import { useFormState } from "@/components/ui/form";
import { Link } from "@/components/ui/link";
import { textLink } from "@/components/ui/text-link";
import { carryEmail } from "./carried-email";

/** Where an address turns out to have an account: the way in, with the address. `href`: the sign-in page. */
export function SignInInstead({ href }: { href: string }) {
  const { isTaken, values } = useFormState();
  if (!isTaken) return null;
  return (
    <p>
      <Link href={href} onClick={() => carryEmail(values.email ?? "")} className={textLink}>
        Sign in instead
      </Link>
    </p>
  );
}
