import { notFound } from "next/navigation";
import { cache } from "react";
import { requireUser } from "@/lib/doors/page-guards";
import { getKeyPage, type KeyPage } from "@/lib/keys/own-key-page";
import { AppError } from "@/lib/values/errors";

/** Once per request, for the title and the page. Whatever is not the visitor's own leads to the 404 page. */
export const loadKey = cache(async (id: string, page = ""): Promise<KeyPage> => {
  const user = await requireUser(`/keys/${encodeURIComponent(id)}${page}`);
  try {
    return await getKeyPage(user, id);
  } catch (error) {
    if (error instanceof AppError && error.status === 404) notFound();
    throw error;
  }
});
