import type { Caller, Operation } from "./operation";

/** One call to an operation, as the snippets show it. */
type Call = { method: string; url: Text; headers: [name: string, value: Text][]; body: unknown; answers: Answered };

/** What comes back: JSON, lines of it, or a file. */
type Answered = "json" | "text" | "file";

/** `$NAME` in it is an environment variable. */
type Text = string;
const VARIABLE = /\$([A-Z_]+)/g;

/** Names a call. What people copy into a program must not name each of its calls alike. */
const NEW_ID: Text = "a new id";

export type Snippets = { curl: string; javascript: string; python: string };

/** The same call three times, for people to paste: secrets and ids come from the environment. */
export function snippetsOf(operation: Operation, address: string): Snippets {
  const call = callOf(operation, address);
  return { curl: toCurl(call), javascript: toJavaScript(call), python: toPython(call) };
}

const ANSWERED: Record<string, Answered> = { "application/x-ndjson": "text", "application/gzip": "file" };

function callOf({ method, path, callers: [caller], dialect, parameters = [], body, answers }: Operation, address: string): Call {
  const filled = (name: string) => parameters.find((each) => each.name === name)?.example ?? name;
  const search = parameters.some(({ name }) => name === "limit") ? "?limit=100" : "";
  return {
    method,
    url:
      address +
      path
        .replace("{id}", path.startsWith("/api/users/") ? "$USER_ID" : "$KEY_ID")
        .replace(/\{(\w+)\}/g, (_, name: string) => String(filled(name))) +
      search,
    headers: [
      ...(caller ? CREDENTIALS[caller] : []),
      // Browsers send it by themselves.
      ...(dialect === "library" ? [["Origin", address] as [string, Text]] : []),
      ...parameters.filter((each) => each.in === "header").map(({ name }): [string, Text] => [name, NEW_ID]),
      ...(body ? [["Content-Type", "application/json"] as [string, Text]] : []),
    ],
    body: body && Object.values(body.examples)[0],
    answers: ANSWERED[answers[0]?.mediaType ?? ""] ?? "json",
  };
}

const CREDENTIALS: Record<Caller, [string, Text][]> = {
  accessToken: [["Authorization", "Bearer $ACCESS_TOKEN"]],
  sessionCookie: [["Cookie", "$SESSION_COOKIE"]],
  service: [["Authorization", "Bearer $SERVICE_CREDENTIAL"]],
  adminSecret: [["X-Admin-Secret", "$ADMIN_API_SECRET"]],
  serviceSecret: [["Authorization", "Bearer $SERVICE_API_SECRET"]],
  apiKey: [["Authorization", "Bearer $API_KEY"]],
  // No operation has it first.
  usageSignature: [],
};

function toCurl({ method, url, headers, body }: Call): string {
  const lines = [
    `curl${method === "GET" ? "" : ` -X ${method}`} "${url}"`,
    ...headers.map(([name, value]) => `-H "${name}: ${value === NEW_ID ? "$(openssl rand -hex 16)" : value}"`),
    ...(body === undefined ? [] : [`-d '${JSON.stringify(body, null, 2).replaceAll("'", "'\\''")}'`]),
  ];
  return lines.join(" \\\n  ");
}

const JAVASCRIPT: Record<Answered, string> = {
  json: "await answer.json()",
  text: "await answer.text()",
  file: "(await answer.arrayBuffer()).byteLength",
};
const PYTHON: Record<Answered, string> = {
  json: "json.load(answer)",
  text: "answer.read().decode()",
  file: "len(answer.read())",
};

function toJavaScript({ method, url, headers, body, answers }: Call): string {
  const literal = (text: Text) => {
    if (text === NEW_ID) return "crypto.randomUUID()";
    return text.includes("$") ? `\`${text.replace(VARIABLE, (_, name) => `\${process.env.${name}}`)}\`` : JSON.stringify(text);
  };
  const json = JSON.stringify(body, null, 2);
  const sent = headers.map(([name, value]) => `    ${/^\w+$/.test(name) ? name : JSON.stringify(name)}: ${literal(value)},`);
  const options = [
    ...(method === "GET" ? [] : [`  method: "${method}",`]),
    ...(sent.length > 0 ? ["  headers: {", ...sent, "  },"] : []),
    ...(body === undefined ? [] : ["  body,"]),
  ];
  return [
    ...(body === undefined ? [] : [`const body = JSON.stringify(${json});`]),
    options.length > 0
      ? `const answer = await fetch(${literal(url)}, {\n${options.join("\n")}\n});`
      : `const answer = await fetch(${literal(url)});`,
    `console.log(answer.status, ${JAVASCRIPT[answers]});`,
  ].join("\n");
}

function toPython({ method, url, headers, body, answers }: Call): string {
  const literal = (text: Text) => {
    if (text === NEW_ID) return "str(uuid.uuid4())";
    return text.includes("$") ? `f"${text.replace(VARIABLE, "{os.environ['$1']}")}"` : JSON.stringify(text);
  };
  const sent = headers.map(([name, value]) => `        ${JSON.stringify(name)}: ${literal(value)},`);
  const lines = [
    ...(body === undefined ? [] : [`body = json.dumps(${toPythonLiteral(body)}).encode()`]),
    "request = urllib.request.Request(",
    `    ${literal(url)},`,
    `    method="${method}",`,
    ...(sent.length > 0 ? ["    headers={", ...sent, "    },"] : []),
    ...(body === undefined ? [] : ["    data=body,"]),
    ")",
    "try:",
    "    answer = urllib.request.urlopen(request)",
    "except urllib.error.HTTPError as error:",
    "    answer = error",
    `print(answer.status, ${PYTHON[answers]})`,
  ];
  const modules = ["json", "os", "urllib.error", "urllib.request", "uuid"];
  const used = modules.filter((name) => lines.some((line) => line.includes(`${name}.`)));
  return [...used.map((name) => `import ${name}`), "", ...lines].join("\n");
}

function toPythonLiteral(value: unknown, indent = ""): string {
  const inner = `${indent}    `;
  if (Array.isArray(value)) {
    const items = value.map((item) => `${inner}${toPythonLiteral(item, inner)},\n`).join("");
    return items === "" ? "[]" : `[\n${items}${indent}]`;
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(
      ([name, item]) => `${inner}${JSON.stringify(name)}: ${toPythonLiteral(item, inner)},\n`,
    );
    return entries.length === 0 ? "{}" : `{\n${entries.join("")}${indent}}`;
  }
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  return JSON.stringify(value);
}
