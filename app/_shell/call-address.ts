import { env } from "@/lib/settings/env";
import { publicAddress } from "./public-address";

/** Where somebody tries a key: at the API that it opens, or where that is not known at the portal, which says what the key is. */
export async function callAddress(): Promise<string> {
  return env().PUBLIC_API_URL ?? `${await publicAddress()}/api/keys/self`;
}
