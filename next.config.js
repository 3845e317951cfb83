import fs from "node:fs";
import { fileURLToPath } from "node:url";
import { listRoutes } from "./lib/server/list-routes.js";
import { CONTENT_SECURITY_POLICY, HTTPS_ONLY, SECURITY_HEADERS } from "./lib/server/security-headers.js";

const { version } = JSON.parse(fs.readFileSync(new URL("package.json", import.meta.url), "utf8"));
const migrations = fs
  .readdirSync(new URL("prisma/migrations", import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

const routes = listRoutes(fileURLToPath(new URL("app", import.meta.url)));

// Where the portal runs its own server, lib/server/front-door.ts sends these. On a platform with a server of its own, which is
// on https, pages get their policy from the middleware.
const platformHeaders = [
  {
    source: "/:path*",
    headers: Object.entries({ ...SECURITY_HEADERS, ...HTTPS_ONLY }).map(([key, value]) => ({
      key,
      value,
    })),
  },
  { source: "/(api|_next)/:path*", headers: [{ key: "Content-Security-Policy", value: CONTENT_SECURITY_POLICY }] },
];

/** @type {import("next").NextConfig} */
export default {
  // Facts of the build: /api/health compares them with the database, the log names routes by them. Never a secret: these are
  // written into the code.
  env: { LATCHKEY_VERSION: version, LATCHKEY_MIGRATIONS: migrations.join(","), LATCHKEY_ROUTES: routes.join(",") },
  headers: async () => (process.env.VERCEL ? platformHeaders : []),
  // Where password managers lead to (https://w3c.github.io/webappsec-change-password-url/).
  redirects: async () => [{ source: "/.well-known/change-password", destination: "/settings", permanent: false }],
  // The address the DataZag Public API reports usage to is also that of the page, which people read and whose forms are
  // sent there: with this header, or as form data before there is JavaScript. A report is signed, or has another body.
  // lib/server/routable.ts has done this before, and by the method too, where the portal runs its own server.
  rewrites: async () => ({
    beforeFiles: [
      { has: [{ type: "header", key: "x-signature" }] },
      {
        has: [{ type: "header", key: "content-type", value: "(?!multipart/form-data).*" }],
        missing: [{ type: "header", key: "next-action" }],
      },
      // Of no type, or empty. A browser asks for the page, whatever a proxy adds.
      ...["content-length", "transfer-encoding"].map((length) => ({
        has: [{ type: "header", key: length }],
        missing: [
          { type: "header", key: "next-action" },
          { type: "header", key: "content-type" },
          { type: "header", key: "accept", value: ".*text/html.*" },
        ],
      })),
    ].map((report) => ({ source: "/usage", destination: "/api/usage", ...report })),
  }),
  // A start that loads every page first keeps its first callers, and those of a restart, waiting for it.
  experimental: { preloadEntriesOnStart: false },
  poweredByHeader: false,
  // No page has such an image, so nobody may have the server make some: /_next/image is a 404.
  images: { unoptimized: true },
  // A redirect would lose a POST's body and fail a preflight: both slash forms are served as they are.
  skipTrailingSlashRedirect: true,
  serverExternalPackages: [
    ...["pg", "pino", "@neondatabase/serverless", "rate-limiter-flexible", "nodemailer", "prom-client", "ws"],
    ...["api", "exporter-trace-otlp-http", "resources", "sdk-trace-node"].map((name) => `@opentelemetry/${name}`),
  ],
  // Types are checked by `tsc` in `npm test`: TypeScript 7 has no JavaScript API for Next to call.
  typescript: { ignoreBuildErrors: true },
};
