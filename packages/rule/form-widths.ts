import type { CredentialForm } from "./forms";

/** A stretch of a text, and what may be shown in its place. */
export type Found = { from: number; to: number; shown: string };

/** By what a credential goes on, from narrow to wide: each has all signs of the one before. */
export const WIDTHS = ["base62", "base64url", "token"] as const;
export type Width = (typeof WIDTHS)[number];

export function widthOf({ signs }: CredentialForm): Width {
  return signs === "token" || signs === "base64url" ? signs : "base62";
}
