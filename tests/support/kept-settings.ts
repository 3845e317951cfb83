import fs from "node:fs";
import path from "node:path";
import { MADE_SECRETS } from "../../lib/settings/preview-secrets";
import { embeddedUrl } from "../../scripts/postgres";

/** The secrets that a start made in this folder, and the address of the database that it brought. */
export function keptSettings(dataDirectory: string): Record<string, string> {
  const secret = (name: string) => fs.readFileSync(path.join(dataDirectory, "secrets", name), "utf8").trim();
  return {
    ...Object.fromEntries(MADE_SECRETS.map((name) => [name, secret(name)])),
    DATABASE_URL: embeddedUrl(dataDirectory, secret("POSTGRES_PASSWORD")),
  };
}
