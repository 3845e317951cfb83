"use client";

import { createContext, useContext } from "react";

/** Whose pages these are: the id of the account that they were rendered for. */
export const FormAccount = createContext<string | null>(null);

/** In a form, so that it is refused where somebody else signed in meanwhile, in another tab. */
export function AccountField() {
  const account = useContext(FormAccount);
  return account && <input type="hidden" name="account" value={account} />;
}
