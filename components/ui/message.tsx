import type { ReactNode } from "react";

export type MessageProps = { code: string; title: string; children: ReactNode };

/** All of the page below its header. */
export function Message({ code, title, children }: MessageProps) {
  return (
    <main id="content" tabIndex={-1} className="mx-auto flex w-full max-w-page grow flex-col justify-center px-4 py-16 sm:px-6">
      <p className="font-medium text-ink-faint">{code}</p>
      <h1 className="mt-2 font-semibold text-2xl tracking-tight">{title}</h1>
      <div className="mt-3 max-w-measure space-y-6 text-ink-muted text-lg">{children}</div>
    </main>
  );
}
