"use client";

import { createContext, type ReactNode, useContext, useState } from "react";

type AccessToken = { token: string; setToken: (token: string) => void };

const AccessTokenContext = createContext<AccessToken | null>(null);

/** One access token for all that is tried on a page. It is kept in memory only, and gone with the page. */
export function AccessTokenProvider({ children }: { children: ReactNode }) {
  const [token, setToken] = useState("");
  return <AccessTokenContext value={{ token, setToken }}>{children}</AccessTokenContext>;
}

export function useAccessToken(): AccessToken {
  const shared = useContext(AccessTokenContext);
  if (!shared) throw new Error("this stands outside of AccessTokenProvider");
  return shared;
}
