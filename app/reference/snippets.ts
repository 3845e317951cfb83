import type { Operation } from "./operation";

/** One call to an operation, as the snippets show it. `signed`: its body has to be signed. */
type Call = { method: string; url: string; headers: [name: string, value: Value][]; body: unknown; isSigned: boolean };

/** Text with names of environment variables in it: `["Bearer ", { variable: "ACCESS_TOKEN" }]`. */
type Value = readonly (string | { variable: string })[];

export type Snippets = { curl: string; javascript: string; python: string };

/** The same call three times, for people to paste: secrets and ids come from the environment. */
export function snippetsOf(operation: Operation, address: string): Snippets {
  const call = callOf(operation, address);
  return { curl: toCurl(call), javascript: toJavaScript(call), python: toPython(call) };
}

function callOf({ method, path, callers, parameters = [], body }: Operation, address: string): Call {
  const query = parameters.filter((each) => each.in === "query" && each.name === "limit");
  const search = query.map(({ name, example }) => `?${name}=${example}`).join("");
  const sentHeaders = parameters.filter((each) => each.in === "header");
  return {
    method,
    url: address + path + search,
    headers: [
      ...credentialsOf(callers[0], address),
      ...sentHeaders.map(({ name, example = "" }): [string, Value] => [name, [example]]),
      ...(body ? [["Content-Type", ["application/json"]] as [string, Value]] : []),
    ],
    body: body && Object.values(body.examples)[0],
    isSigned: callers[0] === "usageSignature",
  };
}

function credentialsOf(caller: Operation["callers"][number] | undefined, address: string): [string, Value][] {
  switch (caller) {
    case "accessToken":
      return [["Authorization", ["Bearer ", { variable: "ACCESS_TOKEN" }]]];
    case "serviceSecret":
      return [["Authorization", ["Bearer ", { variable: "SERVICE_API_SECRET" }]]];
    case "adminSecret":
      return [["X-Admin-Secret", [{ variable: "ADMIN_API_SECRET" }]]];
    case "sessionCookie":
      // Browsers send both by themselves.
      return [
        ["Cookie", [{ variable: "SESSION_COOKIE" }]],
        ["Origin", [address]],
      ];
    default:
      return [];
  }
}

const write = (value: Value, variable: (name: string) => string): string =>
  value.map((part) => (typeof part === "string" ? part : variable(part.variable))).join("");

function toCurl({ method, url, headers, body, isSigned }: Call): string {
  const shell = (name: string) => `$${name}`;
  const quoted = `'${JSON.stringify(body, null, 2)?.replaceAll("'", "'\\''")}'`;
  const signature = `$(printf '%s' "$BODY" | openssl dgst -sha256 -hmac "$USAGE_WEBHOOK_SECRET" | sed 's/.* //')`;
  const lines = [
    `curl${method === "GET" ? "" : ` -X ${method}`} "${url.replace("{id}", "$KEY_ID")}"`,
    ...headers.map(([name, value]) => `-H "${name}: ${write(value, shell)}"`),
    ...(isSigned ? [`-H "x-signature: ${signature}"`] : []),
    ...(body === undefined ? [] : [isSigned ? `-d "$BODY"` : `-d ${quoted}`]),
  ];
  return `${isSigned ? `BODY=${quoted}\n` : ""}${lines.join(" \\\n  ")}`;
}

function toJavaScript({ method, url, headers, body, isSigned }: Call): string {
  const literal = (value: Value) =>
    value.some((part) => typeof part !== "string")
      ? `\`${write(value, (name) => `\${process.env.${name}}`)}\``
      : JSON.stringify(write(value, String));
  const address = url.includes("{id}") ? `\`${url.replace("{id}", `\${process.env.KEY_ID}`)}\`` : JSON.stringify(url);
  const json = JSON.stringify(body, null, 2);
  const sent = [
    ...headers.map(([name, value]) => `    ${/^\w+$/.test(name) ? name : JSON.stringify(name)}: ${literal(value)},`),
    ...(isSigned
      ? [`    "x-signature": createHmac("sha256", process.env.USAGE_WEBHOOK_SECRET).update(body).digest("hex"),`]
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
    options.length > 0
      ? `const answer = await fetch(${address}, {\n${options.join("\n")}\n});`
      : `const answer = await fetch(${address});`,
    "console.log(answer.status, await answer.json());",
  ].join("\n");
}

function toPython({ method, url, headers, body, isSigned }: Call): string {
  const literal = (value: Value) =>
    value.some((part) => typeof part !== "string")
      ? `f"${write(value, (name) => `{os.environ['${name}']}`)}"`
      : JSON.stringify(write(value, String));
  const address = url.includes("{id}") ? `f"${url.replace("{id}", "{os.environ['KEY_ID']}")}"` : JSON.stringify(url);
  const sent = [
    ...headers.map(([name, value]) => `        ${JSON.stringify(name)}: ${literal(value)},`),
    ...(isSigned
      ? ['        "x-signature": hmac.new(os.environ["USAGE_WEBHOOK_SECRET"].encode(), body, "sha256").hexdigest(),']
      : []),
  ];
  const text = [address, ...headers.map(([, value]) => literal(value))].join();
  const modules = [
    ...(isSigned ? ["hmac"] : []),
    "json",
    ...(isSigned || text.includes("os.environ") ? ["os"] : []),
    "urllib.error",
    "urllib.request",
  ];
  return [
    ...modules.map((name) => `import ${name}`),
    "",
    ...(body === undefined ? [] : [`body = json.dumps(${toPythonLiteral(body)}).encode()`]),
    "request = urllib.request.Request(",
    `    ${address},`,
    `    method="${method}",`,
    ...(sent.length > 0 ? ["    headers={", ...sent, "    },"] : []),
    ...(body === undefined ? [] : ["    data=body,"]),
    ")",
    "try:",
    "    answer = urllib.request.urlopen(request)",
    "except urllib.error.HTTPError as error:",
    "    answer = error",
    "print(answer.status, json.load(answer))",
  ].join("\n");
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
