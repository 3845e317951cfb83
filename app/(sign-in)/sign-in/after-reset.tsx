import { Link } from "@/components/ui/link";
import { Notice } from "@/components/ui/notice";
import { withReturnPath } from "@/lib/identity/return-path";

type Props = { disabled: number; working: number };

/** What a new password has changed, and what it has not: keys are no part of it. */
export function AfterReset({ disabled, working }: Props) {
  return (
    <Notice tone="positive">
      <p>Your new password is set. Sign in with it.</p>
      {disabled > 0 && (
        <p className="mt-2">
          {disabled === 1
            ? "One key was made before the address was proved, and is disabled now."
            : `${disabled} keys were made before the address was proved, and are disabled now.`}{" "}
          <Way to="/keys?status=disabled">Sign in to enable what is yours</Way>
        </p>
      )}
      {working > 0 && (
        <p className="mt-2">
          {working === 1 ? "One key goes on working." : `${working} keys go on working.`}{" "}
          <Way to="/keys/revoke-all">Sign in to revoke all keys</Way>
        </p>
      )}
    </Notice>
  );
}

function Way({ to, children }: { to: string; children: string }) {
  return (
    <Link href={withReturnPath("/sign-in", to)} className="rounded-sm font-medium underline underline-offset-4">
      {children}
    </Link>
  );
}
