import { Link } from "@/components/ui/link";
import { textLink } from "@/components/ui/text-link";
import type { KeyListing } from "@/lib/keys/search";
import type { KeySearch } from "@/lib/keys/search-schemas";
import { countText, toCount } from "@/lib/values/bounded-count";
import { isFiltered, keysAddress } from "./address";

/** What the list below holds, and what it leaves aside. */
export function Found({ listing, search }: { listing: KeyListing; search: KeySearch }) {
  return (
    <p role="status" className="mt-4 text-ink-muted">
      {describeFound(listing.found, search)}{" "}
      {listing.aside > 0 && (
        <>
          {listing.aside === 1 ? "One revoked key is" : `${countText(toCount(listing.aside))} revoked keys are`} not shown.{" "}
          <Link href={keysAddress(search, { status: "revoked" })} scroll={false} className={textLink}>
            Show revoked
          </Link>
        </>
      )}
      {isFiltered(search) && (
        <Link
          href={keysAddress({ ...search, q: "", digest: null, status: null, check: null })}
          scroll={false}
          className={textLink}
        >
          Show all
        </Link>
      )}
    </p>
  );
}

function describeFound(found: number, search: KeySearch): string {
  const count = found === 1 ? "1 key" : `${countText(toCount(found))} keys`;
  if (search.digest)
    return found === 0
      ? "None of your keys has the credential that you pasted."
      : `${count} with the credential that you pasted.`;
  if (found === 0) return "No key fits.";
  return isFiltered(search) ? `${count} found.` : `${count}.`;
}
