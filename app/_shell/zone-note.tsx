import { Link } from "@/components/ui/link";
import { textLink } from "@/components/ui/text-link";
import { zoneTitle } from "@/lib/values/zones";

/** What all times on the page are in, said once, at its end. Days of usage are those of UTC and say so where they stand. */
export function ZoneNote({ timeZone }: { timeZone: string }) {
  return (
    <p className="mt-12 text-ink-muted text-sm">
      Times are in {zoneTitle(timeZone, new Date())}.{" "}
      <Link href="/settings#time-zone" className={textLink}>
        Change<span className="sr-only"> the time zone</span>
      </Link>
    </p>
  );
}
