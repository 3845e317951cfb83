import NextLink from "next/link";
import type { ComponentProps } from "react";
import { PendingMark } from "./pending-mark";

/** A link to a page of the portal, which is rendered when it is followed. Next would render it whenever a link to it is seen. */
export function Link({ children, ...props }: Omit<ComponentProps<typeof NextLink>, "prefetch">) {
  return (
    <NextLink {...props} prefetch={false}>
      {children}
      <PendingMark />
    </NextLink>
  );
}
