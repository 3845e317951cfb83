import { THEMES, type Theme } from "./theme";
import { ThemeForm } from "./theme-form";

const LOOKS = {
  system: {
    path: "M4 3h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2M8 21h8M12 17v4",
    name: "As the system",
  },
  light: {
    path: "M16 12a4 4 0 1 1-8 0a4 4 0 1 1 8 0M12 2v2M12 20v2M2 12h2M20 12h2M4.93 4.93l1.41 1.41M17.66 17.66l1.41 1.41M6.34 17.66l-1.41 1.41M19.07 4.93l-1.41 1.41",
    name: "Light",
  },
  dark: { path: "M20.99 12.49A9 9 0 1 1 11.51 3.01a6.4 6.4 0 0 0 9.48 9.48", name: "Dark" },
};

type Props = { theme: Theme; action: (form: FormData) => Promise<void> };

/**
 * Three buttons of one form, so that it works without JavaScript; with it, the colours change before the answer comes.
 * Their names show inside a `group/named`.
 */
export function ThemeSwitch({ theme: chosen, action }: Props) {
  return (
    <ThemeForm action={action} failure={<NotKept />}>
      <fieldset className="flex rounded-md border border-line p-0.5">
        <legend className="sr-only">Theme</legend>
        {THEMES.map((theme) => {
          const { path, name } = LOOKS[theme];
          return (
            <button
              key={theme}
              type="submit"
              name="theme"
              value={theme}
              title={name}
              aria-pressed={theme === chosen}
              className="flex h-7 min-w-7 items-center justify-center gap-1.5 rounded-sm group-data-named/named:px-2 text-ink-faint transition-colors hover:text-ink aria-pressed:bg-sunken aria-pressed:text-ink"
            >
              <svg
                viewBox="0 0 24 24"
                aria-hidden="true"
                className="size-4"
                fill="none"
                stroke="currentColor"
                strokeWidth="1.75"
                strokeLinecap="round"
                strokeLinejoin="round"
              >
                <path d={path} />
              </svg>
              <span className="sr-only group-data-named/named:not-sr-only">{name}</span>
            </button>
          );
        })}
      </fieldset>
    </ThemeForm>
  );
}

function NotKept() {
  return (
    <p role="alert" className="mt-2 max-w-72 text-danger text-sm">
      Shown here, but not kept. Load this page again, then choose.
    </p>
  );
}
