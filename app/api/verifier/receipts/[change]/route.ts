import { plainDialect } from "@/lib/doors/dialects/plain";
import { createEndpoint } from "@/lib/doors/endpoint";
import { requireReceiptReader } from "@/lib/doors/guards";
import { countReceipts, findReceipts } from "@/lib/feed/receipts";
import { requireFeed } from "@/lib/feed/signing";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS } = createEndpoint<{ change: string }>(plainDialect, {
  GET: async (request, { change }) => {
    const ownerId = await requireReceiptReader(request);
    requireFeed();
    const receipts = await findReceipts(change, ownerId);
    return { data: ownerId === null ? receipts : countReceipts(receipts) };
  },
});
