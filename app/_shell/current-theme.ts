import { cookies } from "next/headers";
import { type Theme, toTheme } from "@/components/ui/theme";

export async function currentTheme(): Promise<Theme> {
  return toTheme((await cookies()).get("theme")?.value);
}
