"use client";

import { usePathname } from "next/navigation";

/** Comes back to the page it stands on: to whom may see it, a page may be there that to others is not. */
export function SignInLink({ className }: { className: string }) {
  return (
    <a href={`/sign-in?next=${encodeURIComponent(usePathname())}`} className={className}>
      Sign in
    </a>
  );
}
