"use client";

import type { ComponentProps } from "react";
import { useHydrated } from "@/components/ui/hydrated";

/** Says `why` it holds back what its pattern refuses, until scripts do otherwise. */
export function SearchInput({ why, ...props }: ComponentProps<"input"> & { why: string }) {
  const isHydrated = useHydrated();
  return <input {...props} title={isHydrated ? undefined : why} />;
}
