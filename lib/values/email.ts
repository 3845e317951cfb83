const NOT_ASCII = /[^\p{ASCII}]/u;
/** Names of hosts, with the full stops that UTS 46 has besides the dot. */
const HOST_LETTERS = /^[\p{L}\p{M}\p{N}.\u3002\uff0e\uff61-]+$/u;

/**
 * An e-mail address as it is kept and compared: in lower case, and its domain in ASCII (`münchen.de` is `xn--mnchen-3ya.de`,
 * RFC 5891), which is what mail is sent to. Whether it is an address at all is for a schema to say.
 */
export function emailInOneForm(typed: string): string {
  const address = typed.trim().toLowerCase();
  const at = address.lastIndexOf("@");
  const domain = address.slice(at + 1);
  if (at === -1 || !NOT_ASCII.test(domain) || !HOST_LETTERS.test(domain)) return address;
  const host = `http://${domain}`;
  return URL.canParse(host) ? address.slice(0, at + 1) + new URL(host).hostname : address;
}
