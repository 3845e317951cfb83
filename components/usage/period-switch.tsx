import { ChoiceLinks } from "@/components/ui/choice-links";
import { PERIODS, type UsageSearch } from "@/lib/usage/schemas";

type Props = { search: UsageSearch; addressOf: (change: Partial<UsageSearch>) => string };

export function PeriodSwitch({ search, addressOf }: Props) {
  const choices = PERIODS.map((days) => ({ name: `${days} days`, href: addressOf({ days }), isChosen: search.days === days }));
  return <ChoiceLinks label="Period" choices={choices} />;
}
