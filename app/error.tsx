"use client";

import { ErrorMessage } from "./_shell/error-message";

export default function ErrorPage({ error }: { error: Error & { digest?: string } }) {
  return (
    <>
      <title>Something went wrong · Latchkey</title>
      <ErrorMessage digest={error.digest} />
    </>
  );
}
