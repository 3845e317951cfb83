import { legible } from "@/lib/values/isolated";

/**
 * A text that somebody wrote: a name, a note, an address, a reason. Whichever way it runs, what stands beside it stays where
 * it is. In titles and labels, which have no elements, lib/values/isolated.ts does the same.
 */
export function Written({ children }: { children: string }) {
  return <bdi>{legible(children)}</bdi>;
}
