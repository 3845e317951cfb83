import { convertV2 } from "openapi-to-postmanv2";

type Named = { key: string; value: string; disabled?: boolean };
type Request = {
  method: string;
  header: Named[];
  url: { path: string[]; query: Named[]; variable: Named[] };
  auth?: { type: string; bearer?: Named[]; apikey?: Named[] };
  body?: { raw?: string };
};
type Item = { name: string; item?: Item[]; request?: Request };
export type Collection = { item: Item[] };

/** What a person has who imports the document into Postman. @param values how its importer is told to fill in the fields */
export async function collectionOf(document: string, values: "Schema" | "Example"): Promise<Collection> {
  const input = { type: "string", data: document } as const;
  return new Promise((resolve, reject) => {
    convertV2(input, { parametersResolution: values }, (error, made) => {
      const data = made?.output?.[0]?.data;
      if (error || !data) reject(error ?? new Error(made?.reason));
      else resolve(data as Collection);
    });
  });
}

/** Variables, and fields that a person fills in where a placeholder stands. */
type Own = Record<string, string | number>;

/** Sends a request of a collection as it was made, but for what is filled in. Answers the status. */
export async function sendRequest(collection: Collection, name: string, own: Own): Promise<number> {
  const request = findRequest(collection.item, name);
  if (!request) throw new Error(`the collection has no ${name}`);
  const { method, header, url, auth, body } = request;
  const fill = (text: string) => text.replace(/\{\{(\w+)\}\}/g, (_, variable: string) => String(own[variable] ?? ""));
  const of = ({ key, value }: Named) => [key, String(own[key] ?? fill(value))];
  const path = url.path.map((step) => (step.startsWith(":") ? own[step.slice(1)] : step)).join("/");
  const query = url.query.filter(({ disabled }) => !disabled).map(of);
  const keyed = Object.fromEntries((auth?.apikey ?? []).map(({ key, value }) => [key, value]));
  const response = await fetch(`${own.baseUrl}/${path}?${new URLSearchParams(query)}`, {
    method,
    headers: {
      ...Object.fromEntries(header.filter(({ disabled }) => !disabled).map(of)),
      ...(auth?.bearer && { Authorization: `Bearer ${own.bearerToken}` }),
      ...(keyed.key && { [keyed.key]: String(own.apiKey) }),
    },
    body: body?.raw ? fillBody(body.raw, own) : undefined,
    redirect: "manual",
  });
  return response.status;
}

function fillBody(raw: string, own: Own): string {
  const fields = Object.entries(JSON.parse(raw) as Record<string, unknown>);
  return JSON.stringify(Object.fromEntries(fields.map(([name, value]) => [name, own[name] ?? value])));
}

function findRequest(items: Item[], name: string): Request | undefined {
  for (const item of items) {
    const found = item.name === name ? item.request : item.item && findRequest(item.item, name);
    if (found) return found;
  }
  return undefined;
}
