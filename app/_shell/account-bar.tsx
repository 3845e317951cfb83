import { AccountMenu } from "@/components/account/account-menu";
import { ThemeSwitch } from "@/components/ui/theme-switch";
import { currentTheme } from "./current-theme";
import { chooseThemeAction } from "./theme";

/** The end of the header for whoever is signed in. */
export async function AccountBar({ email }: { email: string }) {
  return <AccountMenu email={email} theme={<ThemeSwitch theme={await currentTheme()} action={chooseThemeAction} />} />;
}
