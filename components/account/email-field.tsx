"use client";

import { useState } from "react";
import { TextField } from "@/components/ui/text-field";
import { carriedEmail } from "./carried-email";

/** Whom a form is about, filled in where the page before knew it. */
export function EmailField() {
  const [carried] = useState(carriedEmail);
  return (
    <TextField
      name="email"
      label="E-mail address"
      type="email"
      autoComplete="username"
      defaultValue={carried || undefined}
      required
    />
  );
}
