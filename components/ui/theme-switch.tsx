"use client";

import { Monitor, Moon, Sun } from "lucide-react";
import { THEMES, type Theme } from "./theme";

const LOOKS = {
  system: { Icon: Monitor, name: "As the system" },
  light: { Icon: Sun, name: "Light" },
  dark: { Icon: Moon, name: "Dark" },
};

type Props = { theme: Theme; action: (form: FormData) => Promise<void> };

/**
 * Three buttons of one form, so that it works without JavaScript; with it, the colours change before the answer comes.
 * Their names show inside a `group/named`.
 */
export function ThemeSwitch({ theme: chosen, action }: Props) {
  return (
    <form action={action}>
      <fieldset className="flex rounded-md border border-line p-0.5">
        <legend className="sr-only">Theme</legend>
        {THEMES.map((theme) => {
          const { Icon, name } = LOOKS[theme];
          return (
            <button
              key={theme}
              type="submit"
              name="theme"
              value={theme}
              title={name}
              aria-pressed={theme === chosen}
              onClick={() => show(theme)}
              className="flex h-7 min-w-7 items-center justify-center gap-1.5 rounded-sm group-data-named/named:px-2 text-ink-faint transition-colors hover:text-ink aria-pressed:bg-sunken aria-pressed:text-ink"
            >
              <Icon aria-hidden="true" className="size-4" strokeWidth={1.75} />
              <span className="sr-only group-data-named/named:not-sr-only">{name}</span>
            </button>
          );
        })}
      </fieldset>
    </form>
  );
}

function show(theme: Theme): void {
  const { dataset } = document.documentElement;
  if (theme === "system") delete dataset.theme;
  else dataset.theme = theme;
}
