import type { Place } from "@/components/ui/header-navigation";
import { isAdmin } from "@/lib/doors/page-guards";

const PLACES: Place[] = [
  { href: "/keys", name: "Keys" },
  { href: "/usage", name: "Usage" },
  { href: "/docs", name: "Docs" },
];

/** Where the navigation leads whoever is signed in. What is theirs alone is in the account menu. */
export async function portalPlaces(): Promise<Place[]> {
  return (await isAdmin()) ? [...PLACES, { href: "/admin", name: "Admin" }] : PLACES;
}
