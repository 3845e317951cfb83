import type { ReactNode } from "react";
import { OpenHeader } from "@/app/_shell/open-header";
import { AccessTokenProvider } from "@/components/docs/access-token";
import { DocsNavigation } from "./navigation";
import { GROUPS } from "./reference/document";

export default function DocsLayout({ children }: { children: ReactNode }) {
  const places = [
    { href: "/docs", name: "Getting started" },
    { href: "/docs/guarding", name: "Guarding your API" },
    { href: "/docs/own-process", name: "Check keys in your own process" },
    ...GROUPS.map(({ slug, name, operations }) => ({
      href: `/docs/${slug}`,
      name,
      parts: operations.map(({ id, summary }) => ({ id, name: summary })),
    })),
    { href: "/docs/permissions", name: "Permissions to ask for" },
  ];
  return (
    <>
      <OpenHeader />
      <div className="mx-auto grid w-full max-w-page grow content-start gap-x-12 gap-y-6 px-4 py-8 sm:px-6 sm:py-10 lg:grid-cols-[14rem_minmax(0,1fr)]">
        <DocsNavigation places={places} />
        <main id="content" tabIndex={-1} className="min-w-0">
          <AccessTokenProvider>{children}</AccessTokenProvider>
        </main>
      </div>
    </>
  );
}
