import { requireFreshAdminAt } from "@/lib/doors/page-guards";
import { pageRoute } from "@/lib/doors/page-route";
import { exportKeys } from "@/lib/keys/admin-export";
import { adminKeySearchSchema } from "@/lib/keys/admin-schemas";
import { csvResponse } from "../../csv-response";
import { adminKeysAddress } from "../address";

/** What the list finds, as a file. */
export const GET = pageRoute(async (request) => {
  const search = adminKeySearchSchema.parse(Object.fromEntries(new URL(request.url).searchParams));
  const admin = await requireFreshAdminAt(adminKeysAddress(search, {}, "/admin/keys/export"));
  const { q, digest, status, owner, format, hash, sort } = search;
  return csvResponse("keys", await exportKeys(admin, { q, digest, status, owner, format, hash, sort }));
});
