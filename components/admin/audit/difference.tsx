import type { ReactNode } from "react";
import { Moment } from "@/components/ui/moment";
import { Written } from "@/components/ui/written";
import { fieldName } from "./words";

type Json = Record<string, unknown>;
type Props = { before: Json | null; after: Json | null; now: Date };

/** What an entry says of its target: each field as it was and as it became. What stayed the same is paler. */
export function Difference({ before, after, now }: Props) {
  const fields = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  if (fields.length === 0) return <p className="text-ink-muted">This entry holds nothing more.</p>;
  const sides = [before && ("Before" as const), after && (before ? ("After" as const) : ("Value" as const))].filter(
    (side) => side !== null,
  );
  return (
    <table className="w-full max-w-2xl table-fixed border-collapse text-left">
      <caption className="sr-only">What was written down</caption>
      <thead className="border-line border-b text-ink-muted text-sm">
        <tr>
          {["Field", ...sides].map((name) => (
            <th key={name} scope="col" className="py-1.5 pr-4 font-medium">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {fields.map((field) => {
          const isSame = before && after && JSON.stringify(before[field]) === JSON.stringify(after[field]);
          return (
            <tr key={field} className={`border-line border-b align-top ${isSame ? "text-ink-faint" : ""}`}>
              <th scope="row" className="py-1.5 pr-4 font-normal text-ink-muted [overflow-wrap:anywhere]">
                {fieldName(field)}
              </th>
              {[before, after].map(
                (side, index) =>
                  side && (
                    <td key={index === 0 ? "before" : "after"} className="py-1.5 pr-4 [overflow-wrap:anywhere]">
                      {valueText(side[field], now)}
                    </td>
                  ),
              )}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

function valueText(value: unknown, now: Date): ReactNode {
  if (value === undefined) return <span className="text-ink-faint">–</span>;
  if (value === null || value === "") return <span className="text-ink-faint">none</span>;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return value.toLocaleString("en-GB");
  if (typeof value === "string")
    return INSTANT.test(value) ? <Moment at={new Date(value)} now={now} as="minute" /> : <Written>{value}</Written>;
  return (
    <code translate="no" className="font-mono text-xs">
      <Written>{JSON.stringify(value)}</Written>
    </code>
  );
}
