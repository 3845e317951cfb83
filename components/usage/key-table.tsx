import { ChoiceLink } from "@/components/ui/choice-links";
import { FigureTable } from "@/components/ui/figure-table";
import { Written } from "@/components/ui/written";
import type { UsageReport } from "@/lib/usage/report";
import { figure } from "./figures";

type Props = {
  report: Pick<UsageReport, "key" | "keys" | "otherKeys" | "deletedKeys">;
  /** Of the page about one key alone, by the key's id. */
  addresses: ReadonlyMap<string, string>;
};

/** What each key was used for. A name leads to the days of that key alone. */
export function KeyTable({ report: { key, keys, otherKeys, deletedKeys }, addresses }: Props) {
  const rows = keys.map(({ uuid, name, masked, calls, credits }) => ({
    id: uuid,
    name: <KeyName name={name} masked={masked} address={addresses.get(uuid) ?? ""} isChosen={key?.uuid === uuid} />,
    figures: [calls, credits],
  }));
  const rest = [
    otherKeys && { ...otherKeys, id: "others", text: `${figure(otherKeys.count)} keys that were used less` },
    deletedKeys && { ...deletedKeys, id: "deleted", text: "Deleted keys" },
  ].flatMap((row) =>
    row ? [{ ...row, name: <span className="text-ink-muted">{row.text}</span>, figures: [row.calls, row.credits] }] : [],
  );
  return (
    <FigureTable
      className="mt-2"
      caption="Calls and credits per key"
      head={["Key", "Calls", "Credits"]}
      rows={[...rows, ...rest]}
    />
  );
}

type NameProps = { name: string; masked: string; address: string; isChosen: boolean };

function KeyName({ name, masked, address, isChosen }: NameProps) {
  return (
    <>
      <ChoiceLink
        href={address}
        isChosen={isChosen}
        className="rounded-sm font-medium underline decoration-line-strong underline-offset-4 [overflow-wrap:anywhere] hover:decoration-ink aria-[current]:text-accent"
      >
        <Written>{name}</Written>
      </ChoiceLink>
      <code translate="no" className="mt-0.5 block font-mono text-ink-muted text-xs">
        {masked}
      </code>
    </>
  );
}
