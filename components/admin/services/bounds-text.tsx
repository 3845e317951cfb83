import { figure } from "@/components/usage/figures";
import type { ListedService } from "@/lib/services/list";

type Bounded = Pick<ListedService, "networks" | "owners" | "maxCreditsPerReport" | "maxCreditsPerMinute">;

/** From where, for whom and how much, in short; nothing where all of that is open. */
export function BoundsText({ of: { networks, owners, maxCreditsPerReport, maxCreditsPerMinute } }: { of: Bounded }) {
  const texts = [
    networks.length === 1 ? networks[0] : several(networks, "networks"),
    owners.length === 1 ? "1 owner" : several(owners, "owners"),
    maxCreditsPerReport === null ? null : `${figure(maxCreditsPerReport)} a report`,
    maxCreditsPerMinute === null ? null : `${figure(maxCreditsPerMinute)} a minute`,
  ].filter((text) => typeof text === "string");
  if (texts.length === 0) return <span className="text-ink-faint">None</span>;
  return texts.map((text) => (
    <span key={text} className="block [overflow-wrap:anywhere]">
      {text}
    </span>
  ));
}

function several({ length }: readonly string[], what: string): string | null {
  return length === 0 ? null : `${length} ${what}`;
}
