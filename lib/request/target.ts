/** Where requests go whose target is no path, such as that of `OPTIONS *`: to the answer for what does not exist. */
const NO_PATH = "/api/*";

/** Parts of a query that are read: Next copies those of one name again for each of them, whatever the path. */
const MAX_PARTS = 100;

/**
 * The path and query that a request line names, read as URLs are: what needs no encoding is not encoded (RFC 3986, 6.2.2),
 * `.` and `..` are resolved, repeated slashes are one, and a backslash is one too. `%2F` is no slash, and a percent sign that
 * introduces nothing stands for itself. Next would redirect or fail instead. Of the query the first hundred parts are kept.
 */
export function readTarget(target: string): string {
  const [sent = "", ...query] = target.replace(/^https?:\/\/[^/?]*/i, "").split("?");
  if (sent !== "" && !/^[/\\]/.test(sent)) return NO_PATH;
  const path = isDecodable(sent) ? sent : sent.replaceAll("%", "%25");
  const parts = query.join("?").split("&", MAX_PARTS).join("&");
  return [resolveDots(path.replace(/%[0-9a-f]{2}/gi, decodeUnreserved)), ...(query.length > 0 ? [parts] : [])].join("?");
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

function decodeUnreserved(code: string): string {
  const character = String.fromCharCode(Number.parseInt(code.slice(1), 16));
  return /[\w.~-]/.test(character) ? character : code;
}

function resolveDots(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split(/[/\\]+/).slice(1)) {
    if (segment === "..") kept.pop();
    else if (segment !== ".") kept.push(segment);
  }
  return `/${kept.join("/")}`;
}
