import { Fragment } from "react";

/** A paragraph of the reference. Of Markdown it knows what those need: `code` and *emphasis*. */
export function Prose({ text }: { text: string }) {
  return (
    <p className="max-w-measure text-ink-muted">
      <Inline text={text} />
    </p>
  );
}

export function Inline({ text }: { text: string }) {
  return text.split(/(`[^`]+`|\*[^*\s][^*]*\*)/).map((part, index) => {
    const inner = part.slice(1, -1);
    // Parts of one text have no other identity, and never move.
    const key = `${index} ${part}`;
    if (part.startsWith("`"))
      return (
        <code
          translate="no"
          key={key}
          className="rounded-sm bg-sunken px-1 py-0.5 font-mono text-ink text-xs [overflow-wrap:anywhere]"
        >
          {inner}
        </code>
      );
    return part.startsWith("*") ? <em key={key}>{inner}</em> : <Fragment key={key}>{part}</Fragment>;
  });
}
