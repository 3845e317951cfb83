import { ExportLink } from "./export-link";

type Props = {
  title: string;
  /** Where the same list is as a file. */
  exportHref: string;
  isFresh: () => Promise<boolean>;
};

export function ListHeading({ title, exportHref, isFresh }: Props) {
  return (
    <div data-wide className="flex flex-wrap items-center justify-between gap-3">
      <h1 className="font-semibold text-2xl tracking-tight">{title}</h1>
      <ExportLink href={exportHref} isFresh={isFresh}>
        Download CSV
      </ExportLink>
    </div>
  );
}
