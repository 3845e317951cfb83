import type { Metadata } from "next";
import { dangerButton, primaryButton } from "@/components/ui/button-styles";
import { Form } from "@/components/ui/form";
import { Link } from "@/components/ui/link";
import { textLink } from "@/components/ui/text-link";
import { requireUser } from "@/lib/doors/page-guards";
import { countRevocable } from "@/lib/keys/revoke-all";
import { revokeAllAction } from "./actions";

export const metadata: Metadata = { title: "Revoke all keys" };

/** Where a new password leads who no longer trusts the keys: the page is the question, its button the answer. */
export default async function RevokeAllPage() {
  const user = await requireUser("/keys/revoke-all");
  const { all, working } = await countRevocable(user);
  return (
    <div className="max-w-md">
      <h1 className="font-semibold text-2xl tracking-tight">Revoke all keys</h1>
      {all === 0 ? (
        <>
          <p className="mt-2 mb-6 text-ink-muted">There is no key to revoke.</p>
          <Link href="/keys" className={primaryButton}>
            Go to the keys
          </Link>
        </>
      ) : (
        <>
          <p className="mt-2 mb-6 text-ink-muted">
            {describe(all, working)} Programs that use them stop working at once, and for good. To end some of them only,{" "}
            <Link href="/keys" className={textLink}>
              go to the keys
            </Link>
            .
          </p>
          <Form
            action={revokeAllAction}
            submit={all === 1 ? "Revoke the key" : `Revoke ${all} keys`}
            submitStyle={dangerButton}
          />
        </>
      )}
    </div>
  );
}

function describe(all: number, working: number): string {
  const works = working === 1 ? "One key works now." : `${working === 0 ? "No key works" : `${working} keys work`} now.`;
  const others = all - working;
  if (others === 0) return works;
  const more = working === 0 ? "" : " more";
  return `${works} ${others === 1 ? `One${more} is` : `${others}${more} are`} disabled or expired.`;
}
