import { HeaderNavigation } from "@/components/ui/header-navigation";
import { Link } from "@/components/ui/link";
import { SiteHeader } from "@/components/ui/site-header";
import { findReader } from "@/lib/doors/page-guards";
import { AccountBar } from "./account-bar";
import { portalPlaces } from "./portal-places";

const quiet = "rounded-sm py-2 text-ink-muted hover:text-ink";
const strong = "rounded-md border border-line px-3 py-1.5 font-medium hover:border-line-strong";

/** Above the pages that anybody may see: the portal's own for whoever is signed in, the ways in for a visitor. */
export async function OpenHeader() {
  const user = await findReader();
  if (user) {
    return (
      <SiteHeader isWide>
        <HeaderNavigation name="Portal" places={await portalPlaces()} />
        <AccountBar email={user.email} />
      </SiteHeader>
    );
  }
  return (
    <SiteHeader>
      <nav aria-label="Portal" className="flex items-center gap-4">
        <Link href="/docs" className={quiet}>
          Docs
        </Link>
        <Link href="/sign-in" className={quiet}>
          Sign in
        </Link>
        <Link href="/sign-up" className={strong}>
          Sign up
        </Link>
      </nav>
    </SiteHeader>
  );
}
