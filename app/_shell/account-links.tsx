import { Link } from "@/components/ui/link";
import { findUser } from "@/lib/doors/guards";

const quiet = "rounded-sm py-2 text-ink-muted hover:text-ink";
const strong = "rounded-md border border-line px-3 py-1.5 font-medium hover:border-line-strong";

/** The way into the portal, for whoever looks at the front page. */
export async function AccountLinks() {
  if (await findUser()) {
    return (
      <Link href="/keys" className={strong}>
        Keys
      </Link>
    );
  }
  return (
    <>
      <Link href="/sign-in" className={quiet}>
        Sign in
      </Link>
      <Link href="/sign-up" className={strong}>
        Sign up
      </Link>
    </>
  );
}
