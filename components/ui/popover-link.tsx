"use client";

import type { ComponentProps } from "react";
import { Link } from "./link";

/** Within a popover, which closes: the next page has the same header. */
export function PopoverLink(props: ComponentProps<typeof Link>) {
  return <Link {...props} onClick={({ currentTarget }) => currentTarget.closest<HTMLElement>("[popover]")?.hidePopover()} />;
}
