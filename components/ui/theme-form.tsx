"use client";

import type { ReactNode } from "react";
import { ButtonForm } from "./button-form";

type Props = { action: (form: FormData) => Promise<void>; failure: ReactNode; children: ReactNode };

/** Shows the theme of the button that was pressed before the answer comes. */
export function ThemeForm(props: Props) {
  return <ButtonForm {...props} onSubmit={({ nativeEvent }) => show(nativeEvent.submitter as HTMLButtonElement)} />;
}

function show({ value }: HTMLButtonElement): void {
  const { dataset } = document.documentElement;
  if (value === "system") delete dataset.theme;
  else dataset.theme = value;
}
