import { toVerdict } from "@/app/_wire/verdicts";
import { plainDialect } from "@/lib/doors/dialects/plain";
import { createEndpoint } from "@/lib/doors/endpoint";
import { requireKey } from "@/lib/doors/guards";
import { AppError } from "@/lib/values/errors";
import { verifyKey } from "@/lib/verification/verify";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS } = createEndpoint(plainDialect, {
  GET: async (request) => {
    const { credential } = await requireKey(request);
    const verdict = await verifyKey({ key: credential, cost: 1 });
    if (verdict.code === "NOT_FOUND") throw new AppError("INVALID_API_KEY");
    return { data: toVerdict(verdict) };
  },
});
