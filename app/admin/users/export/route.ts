import { requireFreshAdminAt } from "@/lib/doors/page-guards";
import { pageRoute } from "@/lib/doors/page-route";
import { exportUsers } from "@/lib/users/export";
import { userSearchSchema } from "@/lib/users/schemas";
import { csvResponse } from "../../csv-response";
import { usersAddress } from "../address";

/** What the list finds, as a file. */
export const GET = pageRoute(async (request) => {
  const search = userSearchSchema.parse(Object.fromEntries(new URL(request.url).searchParams));
  const admin = await requireFreshAdminAt(usersAddress(search, {}, "/admin/users/export"));
  const { q, role, filter, sort } = search;
  return csvResponse("users", await exportUsers(admin, { q, role, filter, sort }));
});
