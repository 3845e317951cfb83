import type { Scope } from "@latchkey/rule/services";

type Call = { title: string; method: "GET" | "POST"; path: string; body?: Record<string, unknown>; hasId?: boolean };

const CALLS: Partial<Record<Scope, Call>> = {
  verify: { title: "Verify a key", method: "POST", path: "/api/keys/verify", body: { key: "KEY_OF_A_CALLER" } },
  usage: { title: "Report a call", method: "POST", path: "/usage", body: { apiKey: "KEY_OF_A_CALLER", delta: 1 }, hasId: true },
  "admin:read": { title: "List keys", method: "GET", path: "/api/api-keys" },
  "admin:write": { title: "Make a key", method: "POST", path: "/api/api-keys", body: { email: "user@example.com" }, hasId: true },
};

export type Snippet = { title: string; curl: string; javascript: string; python: string };

/** A call for each thing that a service may do: each runs as it is pasted, with nothing to install. */
export function serviceSnippets(scopes: readonly Scope[], address: string, credential: string): Snippet[] {
  return scopes.flatMap((scope) => {
    const call = CALLS[scope];
    return call ? [snippetOf(call, address, credential)] : [];
  });
}

function snippetOf({ title, method, path, body, hasId }: Call, address: string, credential: string): Snippet {
  const url = address + path;
  const headers = [["Authorization", `Bearer ${credential}`], ...(body ? [["Content-Type", "application/json"]] : [])] as [
    string,
    string,
  ][];
  // Names the call: sent again under the same, it counts once.
  const idHeader = path === "/usage" ? "x-idempotency-key" : "Idempotency-Key";
  const json = JSON.stringify(body);
  const curl = [
    `curl "${url}"`,
    ...headers.map(([name, value]) => `-H "${name}: ${value}"`),
    ...(hasId ? [`-H "${idHeader}: $(openssl rand -hex 16)"`] : []),
    ...(body ? [`-d '${json}'`] : []),
  ].join(" \\\n  ");

  const javascript = `const answer = await fetch("${url}", {
  method: "${method}",
  headers: {
${headers.map(([name, value]) => `    "${name}": "${value}",\n`).join("")}${hasId ? `    "${idHeader}": crypto.randomUUID(),\n` : ""}  },
${body ? `  body: JSON.stringify(${json}),\n` : ""}});
console.log(answer.status, await answer.text());`;

  const python = `${hasId ? "import uuid\n" : ""}from urllib.request import Request, urlopen

request = Request("${url}", method="${method}", headers={
${headers.map(([name, value]) => `    "${name}": "${value}",\n`).join("")}${hasId ? `    "${idHeader}": str(uuid.uuid4()),\n` : ""}}${body ? `, data=b'${json}'` : ""})
print(urlopen(request).read().decode())`;

  return { title, curl, javascript, python };
}
