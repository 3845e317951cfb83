import { CopyButton } from "./copy-button";

type Props = {
  /** What the code is, said above it and by its copy button. */
  title: string;
  code: string;
  /** The part that people replace by their own. */
  own?: string;
};

/** A command with a copy button. Long lines break with an indent, so that nothing has to be scrolled sideways. */
export function CodeBlock({ title, code, own }: Props) {
  return (
    <figure className="overflow-hidden rounded-lg border border-line bg-surface">
      <figcaption className="flex min-h-10 items-center justify-between gap-3 border-line border-b py-1 pr-1.5 pl-4 font-medium text-ink-muted text-xs">
        {title}
        <CopyButton text={code} what={title} />
      </figcaption>
      <Lines code={code} own={own} />
    </figure>
  );
}

/** An answer as the server gives it: to be read, not copied. */
export function Answer({ status, code, isGood = /^2/.test(status) }: { status: string; code: string; isGood?: boolean }) {
  return (
    <figure className="overflow-hidden rounded-lg border border-line border-dashed">
      <figcaption className="flex items-center gap-2 px-4 pt-3 font-medium text-ink-muted text-xs">
        Answer
        <span className={`rounded-sm px-1.5 py-0.5 ${isGood ? "bg-positive-soft text-positive" : "bg-danger-soft text-danger"}`}>
          {status}
        </span>
      </figcaption>
      <Lines code={code} />
    </figure>
  );
}

function Lines({ code, own = "" }: { code: string; own?: string }) {
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
