import { maskCredentials } from "../../packages/rule/credentials";
import type { Exchange } from "./aims";

/** Something that may not be so. `rule` and `operation` together tell one kind from another. */
export class Finding extends Error {
  constructor(
    readonly rule: string,
    readonly operation: string,
    readonly seen: string,
    readonly curls: readonly string[] = [],
  ) {
    super(`${operation}: ${rule}: ${seen}`);
  }

  get kind(): string {
    return `${this.operation}: ${this.rule}`;
  }
}

const SHOWN_LENGTH = 400;
const SECRET_HEADERS = ["x-admin-secret", "authorization", "cookie"];

/** The request as a line for a shell, without what nobody may read. */
export function curlOf({ url, draft }: Pick<Exchange, "url" | "draft">): string {
  const headers = draft.headers
    .filter(([name]) => name !== "X-Forwarded-For")
    .map(
      ([name, value]) =>
        `-H ${quoted(`${name}: ${SECRET_HEADERS.includes(name.toLowerCase()) ? masked(value) : shortened(value)}`)}`,
    );
  const body = draft.body === null ? [] : [`--data-binary ${quoted(shortened(draft.body.toString()))}`];
  return ["curl --path-as-is -X", draft.method, ...headers, ...body, quoted(url + shortened(draft.path))].join(" ");
}

function masked(value: string): string {
  return /^(bearer) /i.test(value) ? `Bearer $${kindOf(value)}` : "$CREDENTIAL";
}

function kindOf(value: string): string {
  if (value.includes("eyJ")) return "TOKEN";
  return /mf_live_|datazag_/.test(value) ? "API_KEY" : "SECRET";
}

export function shortened(text: string): string {
  const safe = maskCredentials(text).replace(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, "$TOKEN");
  return safe.length <= SHOWN_LENGTH ? safe : `${safe.slice(0, SHOWN_LENGTH)}… (${text.length} characters)`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
