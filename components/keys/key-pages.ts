export type KeyDeed = "regenerate" | "pause" | "revoke" | "end-grace";

/** The page that does to an own key what a dialog does where there are scripts. */
export function keyDeedPage(uuid: string, deed: KeyDeed): string {
  return `/keys/${uuid}/${deed}`;
}

export const NEW_KEY_PAGE = "/keys/new";
