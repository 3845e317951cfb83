import { LateReceipts } from "@/components/keys/dialogs";
import { ReceiptsBox } from "@/components/keys/receipts-box";
import { describeReceipts } from "@/components/keys/receipts-text";
import type { CurrentUser } from "@/lib/audit/actors";
import { pageTimeZone } from "@/lib/doors/page-guards";
import { findShownReceipts } from "@/lib/doors/tell-change";
import { findRevokedLately } from "@/lib/keys/revoke-all";

/** Right after all keys were revoked: where that holds by now. Without scripts, as it is now. */
export async function RevokedLately({ user }: { user: CurrentUser }) {
  const change = await findRevokedLately(user);
  const known = change === null ? null : await findShownReceipts(change, user.id);
  const text = known && describeReceipts(known, "ended", await pageTimeZone());
  if (!known || !text) return null;
  return (
    <div className="mt-4 max-w-3xl">
      <p className="mb-2">All your keys were revoked just now.</p>
      <div className="noscript:hidden">
        <LateReceipts key={known.change} change={known.change} known={known} narrowing="ended" />
      </div>
      <div className="noscript:block hidden">
        <ReceiptsBox text={text} />
      </div>
    </div>
  );
}
