"use server";

import { cookies } from "next/headers";
import { toTheme } from "@/components/ui/theme";
import { requireForm } from "@/lib/doors/form-state";
import { FORMER_THEME_COOKIE, themeCookie } from "@/lib/settings/cookie-names";

/** Kept in a cookie, so that the server writes it into the page and no page flashes in the wrong colours. */
export async function chooseThemeAction(form: FormData): Promise<void> {
  requireForm(form);
  const theme = toTheme(form.get("theme"));
  const store = await cookies();
  store.delete(FORMER_THEME_COOKIE);
  if (theme === "system") store.delete(themeCookie());
  else store.set(themeCookie(), theme, { httpOnly: true, sameSite: "lax", path: "/", maxAge: 365 * 24 * 3600 });
}
