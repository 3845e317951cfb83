import { pageTimeZone } from "@/lib/doors/page-guards";
import { Instant, type InstantProps } from "./instant";

/** An instant in the zone of who reads the page, written on the server: a list of them brings no code. */
export async function Moment(props: InstantProps) {
  return <Instant {...props} timeZone={await pageTimeZone()} />;
}
