import { Message, type MessageProps } from "./message";
import { SiteHeader } from "./site-header";

/** A page that has one thing to say: not found, gone wrong. */
export function MessagePage(props: MessageProps) {
  return (
    <>
      <SiteHeader />
      <Message {...props} />
    </>
  );
}
