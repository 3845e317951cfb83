import type { Metadata } from "next";
import { primaryButton, secondaryButton } from "@/components/ui/button-styles";
import { MessagePage } from "@/components/ui/message-page";
import { FRONT_PAGE, NO_SUCH_PAGE } from "@/lib/values/page-words";
import { SignInLink } from "./_shell/sign-in-link";

export const metadata: Metadata = { title: "Page not found" };

export default function NotFound() {
  return (
    <MessagePage code={NO_SUCH_PAGE.code} title={NO_SUCH_PAGE.title}>
      <p>{NO_SUCH_PAGE.text}</p>
      <div className="flex flex-wrap gap-3">
        <a href="/" className={primaryButton}>
          {FRONT_PAGE}
        </a>
        <SignInLink className={secondaryButton} />
      </div>
    </MessagePage>
  );
}
