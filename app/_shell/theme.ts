"use server";

import { cookies } from "next/headers";
import { toTheme } from "@/components/ui/theme";

/** Kept in a cookie, so that the server writes it into the page and no page flashes in the wrong colours. */
export async function chooseThemeAction(form: FormData): Promise<void> {
  const theme = toTheme(form.get("theme"));
  const store = await cookies();
  if (theme === "system") store.delete("theme");
  else store.set("theme", theme, { httpOnly: true, sameSite: "lax", path: "/", maxAge: 365 * 24 * 3600 });
}
