/** RFC 6750 section 2.1; the scheme's name in any case. Null when the header is missing or of another scheme. */
export function bearerOf(headers: Pick<Headers, "get">): string | null {
  return /^bearer +(\S.*)$/i.exec(headers.get("authorization") ?? "")?.[1]?.trim() ?? null;
}
