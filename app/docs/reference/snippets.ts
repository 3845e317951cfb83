import type { Caller, Operation } from "./operation";

/** One call to an operation, as the snippets show it. `isSigned`: its body has to be signed. */
type Call = { method: string; url: Text; headers: [name: string, value: Text][]; body: unknown; isSigned: boolean };

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

function callOf({ method, path, callers: [caller], dialect, parameters = [], body }: Operation, address: string): Call {
  const search = parameters.some(({ name }) => name === "limit") ? "?limit=100" : "";
  return {
    method,
    url: address + path.replace("{id}", path.startsWith("/api/users/") ? "$USER_ID" : "$KEY_ID") + search,
    headers: [
      ...(caller ? CREDENTIALS[caller] : []),
      // Browsers send it by themselves.
      ...(dialect === "library" ? [["Origin", address] as [string, Text]] : []),
      ...parameters.filter((each) => each.in === "header").map(({ name }): [string, Text] => [name, NEW_ID]),
      ...(body ? [["Content-Type", "application/json"] as [string, Text]] : []),
    ],
    body: body && Object.values(body.examples)[0],
    isSigned: caller === "usageSignature",
  };
}

const CREDENTIALS: Record<Caller, [string, Text][]> = {
  accessToken: [["Authorization", "Bearer $ACCESS_TOKEN"]],
  sessionCookie: [["Cookie", "$SESSION_COOKIE"]],
  service: [["Authorization", "Bearer $SERVICE_CREDENTIAL"]],
  adminSecret: [["X-Admin-Secret", "$ADMIN_API_SECRET"]],
  serviceSecret: [["Authorization", "Bearer $SERVICE_API_SECRET"]],
  apiKey: [["Authorization", "Bearer $API_KEY"]],
  // Made from the body, by each language in its own way.
  usageSignature: [],
};

function toCurl({ method, url, headers, body, isSigned }: Call): string {
  const quoted = `'${JSON.stringify(body, null, 2)?.replaceAll("'", "'\\''")}'`;
  const signature = `t=$T,v1=$(printf '%s' "$T.$ID.$BODY" | openssl dgst -sha256 -hmac "$USAGE_WEBHOOK_SECRET" | sed 's/.* //')`;
  const newId = "$(openssl rand -hex 16)";
  const lines = [
    `curl${method === "GET" ? "" : ` -X ${method}`} "${url}"`,
    ...headers.map(([name, value]) => `-H "${name}: ${value === NEW_ID ? (isSigned ? "$ID" : newId) : value}"`),
    ...(isSigned ? [`-H "x-signature: ${signature}"`] : []),
    ...(body === undefined ? [] : [isSigned ? `-d "$BODY"` : `-d ${quoted}`]),
  ];
  return `${isSigned ? `BODY=${quoted}\nID=${newId}\nT=$(date +%s)\n` : ""}${lines.join(" \\\n  ")}`;
}

function toJavaScript({ method, url, headers, body, isSigned }: Call): string {
  const literal = (text: Text) => {
    if (text === NEW_ID) return isSigned ? "id" : "crypto.randomUUID()";
    return text.includes("$") ? `\`${text.replace(VARIABLE, (_, name) => `\${process.env.${name}}`)}\`` : JSON.stringify(text);
  };
  const json = JSON.stringify(body, null, 2);
  const sent = [
    ...headers.map(([name, value]) => `    ${/^\w+$/.test(name) ? name : JSON.stringify(name)}: ${literal(value)},`),
    ...(isSigned
      ? [
          `    "x-signature": \`t=\${t},v1=\${createHmac("sha256", process.env.USAGE_WEBHOOK_SECRET).update(\`\${t}.\${id}.\${body}\`).digest("hex")}\`,`,
        ]
      : []),
  ];
  const options = [
    ...(method === "GET" ? [] : [`  method: "${method}",`]),
    ...(sent.length > 0 ? ["  headers: {", ...sent, "  },"] : []),
    ...(body === undefined ? [] : ["  body,"]),
  ];
  return [
    ...(isSigned ? ['import { createHmac } from "node:crypto";', ""] : []),
    ...(body === undefined ? [] : [`const body = JSON.stringify(${json});`]),
    ...(isSigned ? ["const id = crypto.randomUUID();", "const t = Math.floor(Date.now() / 1000);"] : []),
    options.length > 0
      ? `const answer = await fetch(${literal(url)}, {\n${options.join("\n")}\n});`
      : `const answer = await fetch(${literal(url)});`,
    "console.log(answer.status, await answer.json());",
  ].join("\n");
}

const SIGN_IN_PYTHON = [
  "call_id = str(uuid.uuid4())",
  "t = int(time.time())",
  'digest = hmac.new(os.environ["USAGE_WEBHOOK_SECRET"].encode(), f"{t}.{call_id}.".encode() + body, "sha256")',
];

function toPython({ method, url, headers, body, isSigned }: Call): string {
  const literal = (text: Text) => {
    if (text === NEW_ID) return isSigned ? "call_id" : "str(uuid.uuid4())";
    return text.includes("$") ? `f"${text.replace(VARIABLE, "{os.environ['$1']}")}"` : JSON.stringify(text);
  };
  const sent = [
    ...headers.map(([name, value]) => `        ${JSON.stringify(name)}: ${literal(value)},`),
    ...(isSigned ? ['        "x-signature": f"t={t},v1={digest.hexdigest()}",'] : []),
  ];
  const lines = [
    ...(body === undefined ? [] : [`body = json.dumps(${toPythonLiteral(body)}).encode()`]),
    ...(isSigned ? SIGN_IN_PYTHON : []),
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
    "print(answer.status, json.load(answer))",
  ];
  const modules = ["hmac", "json", "os", "time", "urllib.error", "urllib.request", "uuid"];
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
