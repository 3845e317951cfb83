import type { Metadata } from "next";
import { NoSuchPage } from "@/app/_shell/no-such-page";
import { SignInLink } from "@/app/_shell/sign-in-link";
import { secondaryButton } from "@/components/ui/button-styles";

export const metadata: Metadata = { title: "Page not found" };

/**
 * Where staff looked for who or what is not there. To others the frame itself is not, but whose session has ended meanwhile has
 * it still. It came along with the frame, so it does not know which of the two it is.
 */
export default function AdminNotFound() {
  return (
    <>
      <NoSuchPage href="/admin">Go to the overview</NoSuchPage>
      <p className="mb-4 max-w-measure text-ink-muted">
        If your session has ended, or another account is signed in here now, none of these pages is there any more.
      </p>
      <SignInLink className={secondaryButton} />
    </>
  );
}
