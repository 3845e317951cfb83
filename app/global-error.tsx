"use client";

import "@fontsource-variable/inter";
import "./globals.css";
import { ErrorMessage } from "./_shell/error-message";

/** Stands in for the whole document when the layout itself failed. Every page brings it along: it has no header. */
export default function GlobalErrorPage({ error }: { error: Error & { digest?: string } }) {
  return (
    <html lang="en">
      <head>
        <title>Something went wrong · Latchkey</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
      </head>
      <body className="flex min-h-dvh flex-col">
        <ErrorMessage digest={error.digest} />
      </body>
    </html>
  );
}
