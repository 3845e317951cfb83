"use client";

import type { ComponentProps } from "react";
import type { Theme } from "./theme";

/** Sends its theme, and shows it before the answer comes. */
export function ThemeButton({ theme, ...props }: { theme: Theme } & ComponentProps<"button">) {
  return <button type="submit" name="theme" value={theme} {...props} onClick={() => show(theme)} />;
}

function show(theme: Theme): void {
  const { dataset } = document.documentElement;
  if (theme === "system") delete dataset.theme;
  else dataset.theme = theme;
}
