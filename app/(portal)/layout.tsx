import type { ReactNode } from "react";
import { SignedInFrame } from "@/app/_shell/signed-in-frame";
import type { Place } from "@/components/ui/header-navigation";
import { findUser, isAdmin } from "@/lib/doors/guards";

const PLACES: Place[] = [
  { href: "/keys", name: "Keys" },
  { href: "/usage", name: "Usage" },
  { href: "/settings", name: "Settings" },
  { href: "/docs", name: "Docs" },
];

/** The frame of the signed-in pages. No guard: a layout is not run again on every navigation, so each page asks itself. */
export default async function PortalLayout({ children }: { children: ReactNode }) {
  const user = await findUser();
  const places = (await isAdmin()) ? [...PLACES, { href: "/admin", name: "Admin" }] : PLACES;
  return (
    <SignedInFrame name="Portal" places={places} email={user?.email} account={user?.id}>
      {children}
    </SignedInFrame>
  );
}
