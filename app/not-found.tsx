import type { Metadata } from "next";
import { primaryButton } from "@/components/ui/button-styles";
import { MessagePage } from "@/components/ui/message-page";
import { SignInLink } from "./_shell/sign-in-link";

export const metadata: Metadata = { title: "Page not found" };

export default function NotFound() {
  return (
    <MessagePage code="404" title="There is no such page">
      <p>The address may be mistyped, or what it led to is gone.</p>
      <div className="flex flex-wrap gap-3">
        <a href="/" className={primaryButton}>
          Go to the front page
        </a>
        <SignInLink />
      </div>
    </MessagePage>
  );
}
