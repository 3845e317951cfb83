import { keepAliveFor } from "@/app/_shell/keep-alive";
import { usageDialect } from "@/lib/doors/dialects/usage";
import { createEndpoint } from "@/lib/doors/endpoint";
import { type Reporter, requireReporter } from "@/lib/doors/guards";
import { bodyTooLarge, MAX_BODY_BYTES, parseObject, readBody, validate } from "@/lib/doors/read-json";
import { keepHouseIfDue } from "@/lib/operations/housekeeping";
import { allowCredits, noteExcess } from "@/lib/services/bounds";
import { recordBatch, remarks } from "@/lib/usage/batch";
import { describeCall } from "@/lib/usage/one-call";
import { adjustedFields } from "@/lib/usage/ornaments";
import { recordUsage } from "@/lib/usage/record";
import { MAX_BATCH_BYTES, usageReportSchema } from "@/lib/usage/schemas";
import { signedAtOf } from "@/lib/usage/signature";
import { type Bounds, recordWithin, UNBOUNDED } from "@/lib/usage/within";
import { AppError } from "@/lib/values/errors";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS } = createEndpoint(usageDialect, {
  POST: async (request) => {
    const body = await readBody(request, MAX_BATCH_BYTES);
    const reporter = await requireReporter(request, body);
    keepAliveFor(keepHouseIfDue);
    const { signature } = reporter;
    try {
      return { data: { ok: true, ...(await record(request, body, reporter)) } };
    } catch (error) {
      // What is wrong with a report is only for who signed it just now.
      if (error instanceof AppError && error.status === 400) await recordUsage([], { signedAt: signedAtOf(signature) });
      throw error;
    }
  },
});

function boundsOf({ caller }: Reporter): Bounds {
  if (!caller) return UNBOUNDED;
  const { service, actor } = caller;
  return {
    owners: service.owners,
    noteForeign: (calls) => noteExcess(service, actor, { calls, per: "owner" }),
    allow: (credits, run) => allowCredits(service, actor, credits, run),
  };
}

async function record(request: Request, body: Uint8Array, reporter: Reporter) {
  const { signature } = reporter;
  const bounds = boundsOf(reporter);
  const report = parseObject(body, "INVALID_USAGE_JSON");
  if (report.events !== undefined && report.events !== null) return recordBatch(report, signature, bounds);

  if (body.byteLength > MAX_BODY_BYTES) throw bodyTooLarge(MAX_BODY_BYTES);
  const id = request.headers.get("x-idempotency-key") ?? undefined;
  const call = validate(usageReportSchema, { ...report, id });
  const one = describeCall(call, body, signature);
  const [outcome] = await recordWithin(bounds, [call], { signedAt: signedAtOf(signature), one });
  if (outcome === "foreign_owner") throw new AppError("OWNER_NOT_ALLOWED");
  if (outcome === "unknown_key") throw new AppError("UNKNOWN_API_KEY");
  if (typeof outcome === "object") throw new AppError("INVALID_INPUT", { message: outcome.refused });
  const { id: _, ...known } = usageReportSchema.shape;
  const adjusted = adjustedFields(report, { ...known, events: null }, call).map((field) => ({ index: 0, field }));
  return remarks(outcome === "conflict" ? 1 : 0, adjusted);
}
