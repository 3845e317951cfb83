import type { ReactNode } from "react";
import { portalPlaces } from "@/app/_shell/portal-places";
import { SignedInFrame } from "@/app/_shell/signed-in-frame";
import { findUser } from "@/lib/doors/page-guards";

/** The frame of the signed-in pages. No guard: a layout is not run again on every navigation, so each page asks itself. */
export default async function PortalLayout({ children }: { children: ReactNode }) {
  const user = await findUser();
  return (
    <SignedInFrame name="Portal" places={await portalPlaces()} email={user?.email} account={user?.id}>
      {children}
    </SignedInFrame>
  );
}
