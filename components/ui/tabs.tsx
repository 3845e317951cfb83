"use client";

import { Tabs as Primitive } from "radix-ui";
import type { ReactNode } from "react";

type Props = { label: string; tabs: { name: string; content: ReactNode }[] };

export function Tabs({ label, tabs }: Props) {
  return (
    <Primitive.Root defaultValue={tabs[0]?.name}>
      <Primitive.List aria-label={label} className="noscript:hidden flex gap-1 border-line border-b">
        {tabs.map(({ name }) => (
          <Primitive.Trigger
            key={name}
            value={name}
            className="-mb-px border-transparent border-b-2 px-3 py-1.5 text-ink-muted hover:text-ink data-[state=active]:border-accent forced-colors:data-[state=inactive]:border-[Canvas] data-[state=active]:font-medium data-[state=active]:text-ink"
          >
            {name}
          </Primitive.Trigger>
        ))}
      </Primitive.List>
      {tabs.map(({ name, content }) => (
        <Primitive.Content key={name} value={name} className="pt-3">
          {content}
        </Primitive.Content>
      ))}
    </Primitive.Root>
  );
}
