"use client";

import { SiteHeader } from "@/components/ui/site-header";
import { ErrorMessage } from "./_shell/error-message";

export default function ErrorPage({ error }: { error: Error & { digest?: string } }) {
  return (
    <>
      <title>Something went wrong · Latchkey</title>
      <SiteHeader />
      <ErrorMessage digest={error.digest} />
    </>
  );
}
