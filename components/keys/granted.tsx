import { grantsEverything, type Permissions } from "@latchkey/rule/permissions";
import { Written } from "@/components/ui/written";
import { wordsOf } from "./limit-texts";

const MOST_SHOWN = 40;

/** What a key with these permissions is let do, each a chip, and what that leaves out. */
export function Granted({ permissions }: { permissions: Permissions }) {
  if (grantsEverything(permissions)) {
    return <p className="text-ink-muted text-sm">Grants everything that a call may ask for, also what does not exist yet.</p>;
  }
  const words = wordsOf(permissions);
  const more = words.length - MOST_SHOWN;
  return (
    <>
      <p className="flex flex-wrap items-center gap-1.5 text-ink-muted text-sm">
        {words.length === 0 ? "Grants nothing." : "Grants"}
        {words.slice(0, MOST_SHOWN).map((word) => (
          <span
            key={word}
            translate="no"
            className="rounded-sm border border-line bg-sunken px-1.5 font-mono text-ink [overflow-wrap:anywhere]"
          >
            <Written>{word}</Written>
          </span>
        ))}
        {more > 0 && `and ${more.toLocaleString("en-GB")} more`}
      </p>
      <p className="mt-1.5 text-ink-muted text-sm">{describeRest(words)}</p>
    </>
  );
}

function describeRest(words: readonly string[]): string {
  const others = "A call that asks for anything else is refused.";
  return words.some((word) => word.split(":").includes("*")) ? `${others} Here * is every resource, or every action.` : others;
}
