import type { Metadata } from "next";
import { MessagePage, primaryAction } from "@/components/ui/message-page";

export const metadata: Metadata = { title: "Page not found" };

export default function NotFound() {
  return (
    <MessagePage code="404" title="There is no such page">
      <p>The address may be mistyped, or what it led to is gone.</p>
      <a href="/" className={primaryAction}>
        Go to the front page
      </a>
    </MessagePage>
  );
}
