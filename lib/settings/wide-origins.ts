import { parse } from "tldts";

/**
 * Whether anybody who wants to can have a host that an entry of ALLOWED_ORIGINS matches, such as `https://*.co.uk` or
 * `https://*.vercel.app`: its star is what people choose when they register a name (https://publicsuffix.org). Below a suffix
 * of a company's, such as `vercel.app`, a star beside other letters is let pass: previews have such names.
 */
export function isOpenToAnybody(entry: string): boolean {
  const labels = entry
    .replace(/^https?:\/\//, "")
    .replace(/:\d+$/, "")
    .split(".");
  const star = labels.findIndex((label) => label.includes("*"));
  if (star === -1) return false;
  const { publicSuffix, isPrivate } = parse(labels.join(".").replace("*", "x"), { allowPrivateDomains: true });
  const chosen = labels.length - (publicSuffix ?? "").split(".").length - 1;
  return star > chosen || (star === chosen && (labels[star] === "*" || !isPrivate));
}
