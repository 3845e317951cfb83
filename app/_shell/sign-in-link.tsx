"use client";

import { usePathname } from "next/navigation";
import { secondaryButton } from "@/components/ui/button-styles";

/** Comes back to the page it stands on: to whom may see it, a page may be there that to others is not. */
export function SignInLink() {
  return (
    <a href={`/sign-in?next=${encodeURIComponent(usePathname())}`} className={secondaryButton}>
      Sign in
    </a>
  );
}
