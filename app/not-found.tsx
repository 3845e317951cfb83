import type { Metadata } from "next";
import { primaryButton } from "@/components/ui/button-styles";
import { MessagePage } from "@/components/ui/message-page";

export const metadata: Metadata = { title: "Page not found" };

export default function NotFound() {
  return (
    <MessagePage code="404" title="There is no such page">
      <p>The address may be mistyped, or what it led to is gone.</p>
      <a href="/" className={primaryButton}>
        Go to the front page
      </a>
    </MessagePage>
  );
}
