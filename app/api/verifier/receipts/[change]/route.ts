import { parseServiceCredential } from "@latchkey/rule/services";
import { plainDialect } from "@/lib/doors/dialects/plain";
import { createEndpoint } from "@/lib/doors/endpoint";
import { requireAdminReader, requireApiUser } from "@/lib/doors/guards";
import { findReceipts } from "@/lib/feed/receipts";
import { requireFeed } from "@/lib/feed/signing";
import { bearerOf } from "@/lib/request/bearer";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS } = createEndpoint<{ change: string }>(plainDialect, {
  GET: async (request, { change }) => {
    if (parseServiceCredential(bearerOf(request.headers) ?? "")) {
      await requireAdminReader(request);
      requireFeed();
      return { data: await findReceipts(change, null) };
    }
    const owner = await requireApiUser(request);
    requireFeed();
    const { confirmed, bounded, pending, may_accept, ...rest } = await findReceipts(change, owner.id);
    // Which programs there are is nobody's business but the staff's.
    const counts = {
      confirmed: confirmed.length,
      bounded: bounded.length,
      pending: pending.length,
      may_accept: may_accept.length,
    };
    return { data: { ...rest, ...counts } };
  },
});
