import { CodeFigure, type CodeProps, Lines } from "./code-figure";
import { CopyButton } from "./copy-button";

/** A command with a copy button. */
export function CodeBlock(props: CodeProps) {
  return (
    <CodeFigure {...props}>
      <CopyButton text={props.code} what={props.title} />
    </CodeFigure>
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
