import type { Metadata } from "next";
import { NoSuchPage } from "@/app/_shell/no-such-page";

export const metadata: Metadata = { title: "Page not found" };

/** Where staff looked for who or what is not there. To others the frame itself is not. */
export default function AdminNotFound() {
  return <NoSuchPage href="/admin">Go to the overview</NoSuchPage>;
}
