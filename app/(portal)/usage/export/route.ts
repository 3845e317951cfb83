import { notFound } from "next/navigation";
import { requireUser } from "@/lib/doors/page-guards";
import { pageRoute } from "@/lib/doors/page-route";
import { exportUsage } from "@/lib/usage/report";
import { usageSearchSchema } from "@/lib/usage/schemas";
import { AppError } from "@/lib/values/errors";
import { usageAddress } from "../address";

/** What the page shows, as a file. A visitor signs in and comes back to the page, not to a download. */
export const GET = pageRoute(async (request) => {
  const search = usageSearchSchema.parse(Object.fromEntries(new URL(request.url).searchParams));
  const user = await requireUser(usageAddress(search));
  const { name, csv } = await exportUsage(user, search).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "API_KEY_NOT_FOUND") notFound();
    throw error;
  });
  return new Response(csv, {
    headers: {
      "Content-Type": "text/csv; charset=utf-8",
      "Content-Disposition": `attachment; filename="${name}"`,
      "Cache-Control": "no-store",
    },
  });
});
