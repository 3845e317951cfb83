import { keepAliveFor } from "@/app/_shell/keep-alive";
import { toVerdict } from "@/app/_wire/verdicts";
import { plainDialect } from "@/lib/doors/dialects/plain";
import { createEndpoint } from "@/lib/doors/endpoint";
import { requireKey } from "@/lib/doors/guards";
import { AppError } from "@/lib/values/errors";
import { verificationsAdded } from "@/lib/verification/counts";
import { refusalsAdded } from "@/lib/verification/refusals";
import { hashesKept } from "@/lib/verification/rehash";
import { verifyKey } from "@/lib/verification/verify";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS } = createEndpoint(plainDialect, {
  GET: async (request) => {
    const { credential } = await requireKey(request);
    keepAliveFor(verificationsAdded);
    keepAliveFor(refusalsAdded);
    keepAliveFor(hashesKept);
    const verdict = await verifyKey({ key: credential, cost: 1 });
    if (verdict.code === "NOT_FOUND") throw new AppError("INVALID_API_KEY");
    return { data: toVerdict(verdict) };
  },
});
