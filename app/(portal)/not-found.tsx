import type { Metadata } from "next";
import { NoSuchPage } from "@/app/_shell/no-such-page";

export const metadata: Metadata = { title: "Page not found" };

export default function PortalNotFound() {
  return <NoSuchPage href="/keys">Go to your keys</NoSuchPage>;
}
