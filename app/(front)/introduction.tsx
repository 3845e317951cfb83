import type { ReactNode } from "react";
import { primaryButton, secondaryButton } from "@/components/ui/button-styles";
import { Link } from "@/components/ui/link";
import type { Theme } from "@/components/ui/theme";
import { ProductPicture } from "./product-picture";

type Props = { isSignedIn: boolean; theme: Theme };

/** What the portal is, and the way in. */
export function Introduction({ isSignedIn, theme }: Props) {
  return (
    <section aria-labelledby="what" className="pt-12 pb-16 sm:pt-20">
      <h1 id="what" className="max-w-3xl font-semibold text-3xl tracking-tight">
        API keys, looked after.
      </h1>
      <p className="mt-4 max-w-2xl text-ink-muted text-lg">
        Latchkey is the portal where an API’s users get, watch, replace and revoke their keys, and where its staff manage
        everyone’s.
      </p>
      <WaysIn isSignedIn={isSignedIn} />
      <div className="mt-12">
        <ProductPicture name="keys" theme={theme} isFirst />
      </div>
    </section>
  );
}

export function WaysIn({ isSignedIn }: { isSignedIn: boolean }) {
  return (
    <div className="mt-6 flex flex-wrap gap-3">
      {isSignedIn ? (
        <Way to="/keys" look={primaryButton}>
          Go to your keys
        </Way>
      ) : (
        <Way to="/sign-up" look={primaryButton}>
          Sign up and get a key
        </Way>
      )}
      <Way to="/docs" look={secondaryButton}>
        Read the docs
      </Way>
    </div>
  );
}

function Way({ to, look, children }: { to: string; look: string; children: ReactNode }) {
  return (
    <Link href={to} className={look}>
      {children}
    </Link>
  );
}
