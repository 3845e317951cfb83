import { secondaryButton } from "@/components/ui/button-styles";
import { Link } from "@/components/ui/link";

type Props = {
  /** What the list is of, for those who hear the page: "Audit entries". */
  of: string;
  newer: string | null;
  older: string | null;
  /** Where the order is not that of time, the links are named otherwise. */
  names?: { newer: string; older: string };
};

/** The way through a long list. There are no page numbers: to count the pages would be to read them all. */
export function KeysetPages({ of, newer, older, names = { newer: "Newer", older: "Older" } }: Props) {
  if (!newer && !older) return null;
  return (
    <nav aria-label={`Pages of ${of}`} className="mt-6 flex flex-wrap justify-between gap-3">
      {newer ? (
        <Link href={newer} rel="prev" className={secondaryButton}>
          {names.newer}
        </Link>
      ) : (
        <span />
      )}
      {older && (
        <Link href={older} rel="next" className={secondaryButton}>
          {names.older}
        </Link>
      )}
    </nav>
  );
}
