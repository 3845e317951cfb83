import { cookies } from "next/headers";
import { type Theme, toTheme } from "@/components/ui/theme";
import { FORMER_THEME_COOKIE, themeCookie } from "@/lib/settings/cookie-names";

export async function currentTheme(): Promise<Theme> {
  const store = await cookies();
  return toTheme((store.get(themeCookie()) ?? store.get(FORMER_THEME_COOKIE))?.value);
}
