import { browserName } from "@/lib/values/browser-name";

/** When and from where an account was made, as far as that is known. */
export type AccountOrigin = { madeAt: Date; address: string | null; userAgent: string | null };

/** `origin`: of an account that may be somebody else's. */
export function writeConfirmationMail(link: string, origin: AccountOrigin | null): string {
  return [
    "Welcome to Latchkey.",
    ...(origin ? ["", describeOrigin(origin)] : []),
    "",
    "Confirm that this address is yours. The link works once, for one day:",
    link,
    "",
    origin
      ? "If you did not make this account, the link is for you as well: say so there, and whoever did is shut out."
      : "If you did not sign up, do nothing.",
  ].join("\n");
}

export function writeResetMail(link: string): string {
  return [
    "Someone, probably you, asked for a new password at Latchkey.",
    "",
    "Choose one here. The link works once, for one hour:",
    link,
    "",
    "If it was not you, do nothing: your password stays as it is.",
  ].join("\n");
}

/** `again`: where another link can be asked for. */
export function writeWelcomeMail(link: string, again: string): string {
  return [
    "An account at Latchkey was made for you, with this address.",
    "",
    "Choose a password here. The link works once, for one hour:",
    link,
    "",
    "Later, ask for another one here:",
    again,
  ].join("\n");
}

function describeOrigin({ madeAt, address, userAgent }: AccountOrigin): string {
  const at = madeAt.toISOString();
  const when = `on ${at.slice(0, 10)} at ${at.slice(11, 16)} UTC`;
  const where = address ? `, from the network address ${address}` : "";
  const how = userAgent ? `, with ${lowerFirst(browserName(userAgent))}` : "";
  return `An account was made with this address ${when}${where}${how}.`;
}

/** "An app or script", and no name. */
function lowerFirst(name: string): string {
  return name.startsWith("An ") ? `a${name.slice(1)}` : name;
}
