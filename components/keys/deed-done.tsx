"use client";

import { AlertCancel } from "@/components/ui/alert-dialog";
import type { Narrowing } from "@/lib/audit/receipts";
import type { ShownReceipts } from "@/lib/doors/tell-change";
import { Receipts } from "./receipts";

type Props = { receipts: ShownReceipts; narrowing: Narrowing };

/** The end of a dialog whose deed is done. It can be closed at any time. */
export function DeedDone({ receipts, narrowing }: Props) {
  return (
    <div className="mt-4 space-y-5">
      <Receipts change={receipts.change} known={receipts} narrowing={narrowing} />
      <div className="flex justify-end">
        <AlertCancel>Close</AlertCancel>
      </div>
    </div>
  );
}
