// JavaScript, because next.config.js reads it too.

const COMMON = [
  "default-src 'self'",
  "base-uri 'none'",
  "object-src 'none'",
  "frame-ancestors 'none'",
  "form-action 'self'",
  "img-src 'self' data:",
  // Styles cannot act. The dialogs' scroll lock and React's style attributes are inline.
  "style-src 'self' 'unsafe-inline'",
];

/** On every answer. */
export const SECURITY_HEADERS = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "strict-origin-when-cross-origin",
  "X-Frame-Options": "DENY",
  "Permissions-Policy": "browsing-topics=(), camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  // Pages of others neither hold a window of ours nor take in what we answer. (What CORS allows, this does not ask about.)
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/** On every answer where the portal is reached over https, which then nobody leaves. */
export const HTTPS_ONLY = { "Strict-Transport-Security": "max-age=31536000" };

/** For answers that are not pages. */
export const CONTENT_SECURITY_POLICY = COMMON.join("; ");

/**
 * For a page: only scripts that carry this request's nonce run, and what those load. Next reads the nonce from the header
 * of the same name on the request, and writes it into its scripts.
 * @param {string} nonce
 * @param {boolean} isDevelopment React's development build evaluates text to rebuild stack traces.
 */
export function pageSecurityPolicy(nonce, isDevelopment) {
  const scripts = ["'self'", `'nonce-${nonce}'`, "'strict-dynamic'", ...(isDevelopment ? ["'unsafe-eval'"] : [])];
  return [...COMMON, `script-src ${scripts.join(" ")}`].join("; ");
}
