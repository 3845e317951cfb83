import { exportAudit } from "@/lib/audit/export";
import { auditSearchSchema } from "@/lib/audit/schemas";
import { requireFreshAdminAt } from "@/lib/doors/page-guards";
import { pageRoute } from "@/lib/doors/page-route";
import { csvResponse } from "../../csv-response";
import { auditAddress } from "../address";

/** What the list finds, as a file. */
export const GET = pageRoute(async (request) => {
  const search = auditSearchSchema.parse(Object.fromEntries(new URL(request.url).searchParams));
  const admin = await requireFreshAdminAt(auditAddress(search, {}, "/admin/audit/export"));
  const { actor, action, target, from, to, request: requestId } = search;
  return csvResponse("audit", await exportAudit(admin, { actor, action, target, from, to, request: requestId }));
});
