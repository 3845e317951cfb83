import { ThemeSwitch } from "@/components/ui/theme-switch";
import { Written } from "@/components/ui/written";
import { currentTheme } from "./current-theme";
import { chooseThemeAction } from "./theme";

/** The end of the header on every signed-in page. */
export async function AccountBar({ email }: { email: string | undefined }) {
  return (
    <div className="flex items-center gap-3">
      <ThemeSwitch theme={await currentTheme()} action={chooseThemeAction} />
      {email && (
        <>
          <span className="hidden max-w-64 text-right text-ink-muted text-sm [overflow-wrap:anywhere] lg:block">
            <Written>{email}</Written>
          </span>
          <form action="/sign-out" method="post">
            <button type="submit" className="rounded-sm py-2 text-ink-muted hover:text-ink">
              Sign out
            </button>
          </form>
        </>
      )}
    </div>
  );
}
