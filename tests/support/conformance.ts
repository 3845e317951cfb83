import Ajv2020, { type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { readTarget } from "../../lib/request/target";

type Header = { required?: boolean; schema: unknown };
type Response = { headers?: Record<string, { $ref: string }>; content?: Record<string, unknown> };
type Operation = { operationId: string; requestBody?: { required: boolean }; responses: Record<string, Response> };

export type OpenApi = {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { headers: Record<string, Header>; schemas: Record<string, unknown> };
};

export type Exchange = {
  method: string;
  path: string;
  sent?: string;
  status: number;
  headers: Headers;
  text: string;
};

export type Conformance = {
  /** What of an exchange the document does not know, as one sentence; null when all of it is documented. */
  judge: (exchange: Exchange) => string | null;
};

/** These go well with what is not documented, on purpose: logging out never fails, and bad events are named in the answer. */
const FORGIVING = ["logout", "reportUsage", "reportUsageBelowApi"];

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** Checks answers against an OpenAPI document: status, headers that must be there, and body to the last field. */
export function conformanceTo(document: OpenApi): Conformance {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addFormat("base64url", /^[A-Za-z0-9_-]*$/);
  // Of what is sent, spaces around an address are dropped.
  ajv.addFormat("email", true);
  ajv.addSchema({ $id: "document", ...document });
  const validators = new Map<string, ValidateFunction>();

  const failingPart = (pointer: string[], value: unknown): string | null => {
    const $ref = `document#/${pointer.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/")}`;
    const validate = validators.get($ref) ?? ajv.compile({ $ref });
    validators.set($ref, validate);
    return validate(value) ? null : ajv.errorsText(validate.errors, { dataVar: "body" });
  };

  const judgeAnswer = (template: string, method: string, { status, headers, text }: Exchange): string | null => {
    const operation = document.paths[template]?.[method];
    const response = operation?.responses[status];
    if (!response) return `the status ${status} of ${method} ${template} is not documented`;
    for (const [name, { $ref }] of Object.entries(response.headers ?? {})) {
      const { required } = document.components.headers[$ref.split("/").at(-1) ?? ""] ?? {};
      if (required && !headers.has(name)) return `the documented header ${name} is missing`;
    }
    const [type = "application/json"] = Object.keys(response.content ?? {});
    // A file is no JSON.
    if (type === "application/gzip") return null;
    const place = ["paths", template, method, "responses", String(status), "content", type, "schema"];
    const values = type === "application/x-ndjson" ? text.split("\n").filter(Boolean) : [text];
    const wrong = values.map((value) => failingPart(place, JSON.parse(value))).find((problem) => problem !== null);
    return wrong ? `the body of ${status} is not as documented: ${wrong}` : null;
  };

  const judgeRequest = (template: string, method: string, { sent, status }: Exchange): string | null => {
    const { operationId = "", requestBody } = document.paths[template]?.[method] ?? {};
    if (!requestBody || status >= 300 || FORGIVING.includes(operationId)) return null;
    if (!sent) return requestBody.required ? "it went well without the body that is documented as required" : null;
    const place = ["paths", template, method, "requestBody", "content", "application/json", "schema"];
    const wrong = failingPart(place, JSON.parse(sent));
    return wrong && `it went well with a body that is not as documented: ${wrong}`;
  };

  return {
    judge: (exchange) => {
      const template = templateOf(document, exchange.path);
      const known = template === undefined ? undefined : document.paths[template];
      if (template === undefined || !known) return judgeUnknownPath(exchange);
      if (exchange.method === "OPTIONS" && exchange.status === 204) return emptiness(exchange);
      const method = exchange.method === "HEAD" ? "get" : exchange.method.toLowerCase();
      const documented = known[method] ? method : undefined;
      if (exchange.method === "HEAD" && documented) return emptiness(exchange);
      if (documented) return judgeAnswer(template, documented, exchange) ?? judgeRequest(template, documented, exchange);
      return judgeOtherMethod(known, (other) => judgeAnswer(template, other, exchange), exchange);
    },
  };
}

/** The path of the document that a request was for: a literal one before one with `{…}`. Every form of its slashes counts. */
export function templateOf(document: OpenApi, address: string): string | undefined {
  const path = (readTarget(address).split(/[?#]/, 1)[0] ?? "").replace(/\/$/, "");
  if (document.paths[path]) return path;
  return Object.keys(document.paths).find((template) => {
    const pattern = template.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{[^}]+\}/g, "[^/]+");
    return new RegExp(`^${pattern}$`).test(path);
  });
}

/** A method that the path does not have: refused for its origin or its secret, or a 405 that names those it has. */
function judgeOtherMethod(
  known: Record<string, Operation>,
  judge: (method: string) => string | null,
  { method, status, headers, text }: Exchange,
): string | null {
  const [some = ""] = Object.keys(known);
  if (method === "HEAD") return text === "" ? null : "an answer to HEAD has a body";
  const isRefused = status === 403 || text.includes("CREDENTIAL_IN_ADDRESS");
  if (method === "OPTIONS") return isRefused ? judge(some) : `a preflight is answered ${status}`;
  if (![401, 403, 405, 500].includes(status)) return `${method} is not documented, and is answered ${status}`;
  const allow = headers.get("allow")?.split(", ");
  const documented = METHODS.filter((name) => known[name.toLowerCase()]);
  if (status === 405 && [...documented, "OPTIONS"].some((name) => !allow?.includes(name)))
    return `Allow does not name ${documented}: ${allow}`;
  if (status === 405 && allow?.length !== documented.length + 1) return `Allow names what is not documented: ${allow}`;
  return judge(some);
}

/** Below /api/ a path that is not documented does not exist, which is said after the gate of its API, if it has one. */
function judgeUnknownPath({ method, path, status, text }: Exchange): string | null {
  if (!path.startsWith("/api")) return null;
  if (method === "OPTIONS" && status === 204) return null;
  if (![401, 403, 404, 405, 500].includes(status)) return `the path is not documented, and is answered ${status}`;
  if (method === "HEAD") return null;
  const fields = Object.keys(JSON.parse(text)).filter((name) => !UNKNOWN_PATH_FIELDS.includes(name));
  return fields.length === 0 ? null : `the fields ${fields} are not documented`;
}

const UNKNOWN_PATH_FIELDS = ["success", "message", "error_code", "error", "code", "details", "request_id"];

function emptiness({ text }: Exchange): string | null {
  return text === "" ? null : "an answer that has no body has one";
}
