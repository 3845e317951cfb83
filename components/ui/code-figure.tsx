import type { ReactNode } from "react";

export type CodeProps = {
  /** What the code is, said above it and by its copy button. */
  title: string;
  code: string;
  /** The part that people replace by their own. */
  own?: string;
};

/** A command under its title. Long lines break with an indent, so that nothing has to be scrolled sideways. */
export function CodeFigure({ title, code, own, children }: CodeProps & { children: ReactNode }) {
  return (
    <figure className="overflow-hidden rounded-lg border border-line bg-surface">
      <figcaption className="flex min-h-10 items-center justify-between gap-3 border-line border-b py-1 pr-1.5 pl-4 font-medium text-ink-muted text-xs">
        {title}
        {children}
      </figcaption>
      <Lines code={code} own={own} />
    </figure>
  );
}

export function Lines({ code, own = "" }: { code: string; own?: string }) {
  return (
    <pre className="whitespace-pre-wrap px-4 py-3 font-mono text-xs sm:text-sm [overflow-wrap:anywhere]">
      <code translate="no">
        {code.split("\n").map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a text have no other identity, and never move.
          <span key={index} className="-indent-[4ch] block pl-[4ch]">
            {own && line.includes(own) ? <Marked line={line} own={own} /> : line}
            {"\n"}
          </span>
        ))}
      </code>
    </pre>
  );
}

function Marked({ line, own }: { line: string; own: string }) {
  const index = line.indexOf(own);
  return (
    <>
      {line.slice(0, index)}
      <mark className="rounded-sm bg-accent-soft text-accent">{own}</mark>
      {line.slice(index + own.length)}
    </>
  );
}
