import { randomAddress } from "../../tests/support/client";
import { type Action, actions } from "../../tests/support/doors";
import { type Asked, ask, type Reply } from "./ask";
import type { Ground } from "./ground";

/** A browser without scripts: an address, and the cookies that it was given. */
export type Browser = { from: string; cookies: Map<string, string> };

export function openBrowser(from = randomAddress(), cookie = ""): Browser {
  const browser: Browser = { from, cookies: new Map() };
  keep(browser, cookie.split(/; */).filter(Boolean));
  return browser;
}

export function cookieOf({ cookies }: Browser): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
}

/** One request with the browser's cookies, and those of the answer kept. */
export async function visit(ground: Ground, browser: Browser, path: string, asked: Asked = {}): Promise<Reply> {
  const reply = await ask(ground, path, { from: browser.from, cookie: cookieOf(browser), ...asked });
  keep(browser, reply.headers["set-cookie"] ?? []);
  return reply;
}

function keep({ cookies }: Browser, lines: readonly string[]): void {
  for (const line of lines) {
    const [pair = "", ...attributes] = line.split(/; */);
    const [name = "", ...value] = pair.split("=");
    const isOver = attributes.some(
      (text) => /^max-age=0$/i.test(text) || Date.parse(text.replace(/^expires=/i, "")) < Date.now(),
    );
    if (isOver || value.join("=") === "") cookies.delete(name);
    else cookies.set(name, value.join("="));
  }
}

export type Input = { name: string; value: string; type: string; isChecked: boolean };
export type PageForm = { html: string; inputs: Input[] };

/** The forms of a page, with all that a browser would send of them. */
export function formsOf(html: string): PageForm[] {
  return html
    .split("<form")
    .slice(1)
    .map((part) => part.split("</form>", 1)[0] ?? "")
    .map((part) => ({
      html: part,
      inputs: [...part.matchAll(/<(?:input|button|textarea)\b[^>]*>/g)].map(([tag]) => inputOf(tag)),
    }));
}

function inputOf(tag: string): Input {
  const attribute = (name: string) => new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? "";
  return {
    name: decoded(attribute("name")),
    value: decoded(attribute("value")),
    type: attribute("type"),
    isChecked: / checked(=|\s|>|\/)/.test(tag),
  };
}

const ENTITIES: Record<string, string> = { quot: '"', amp: "&", lt: "<", gt: ">", "#x27": "'", "#39": "'" };

export function decoded(text: string): string {
  return text.replace(/&(quot|amp|lt|gt|#x27|#39);/g, (_, name: string) => ENTITIES[name] ?? "");
}

/** Sends a page's form as a browser without scripts would: the hidden fields, what was typed, and what was chosen. */
export async function sendForm(
  ground: Ground,
  browser: Browser,
  path: string,
  fields: Record<string, string>,
  { which = () => true, ...asked }: Asked & { which?: (form: PageForm) => boolean } = {},
): Promise<Reply> {
  const page = await visit(ground, browser, path);
  const form = formsOf(page.text).find((one) => Object.keys(fields).every((name) => hasField(one, name)) && which(one));
  if (!form) throw new Error(`${path} (${page.status}) has no form with ${Object.keys(fields).join(", ") || "a button"}`);
  const data = new FormData();
  for (const { name, value, type, isChecked } of form.inputs)
    if (name && (type === "hidden" || isChecked)) data.append(name, value);
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  return post(ground, browser, path, data, asked);
}

const hasField = ({ inputs }: PageForm, field: string) => inputs.some(({ name }) => name === field);

async function post(ground: Ground, browser: Browser, path: string, data: FormData, asked: Asked): Promise<Reply> {
  const packed = new Response(data);
  const headers = {
    Origin: ground.url,
    Accept: "text/html",
    "Content-Type": packed.headers.get("content-type") ?? "",
    ...asked.headers,
  };
  return visit(ground, browser, path, { ...asked, method: "POST", raw: Buffer.from(await packed.arrayBuffer()), headers });
}

/** Signs in by the page's form, as people do. Whether it went well. */
export async function signInByForm(ground: Ground, browser: Browser, email: string, password: string): Promise<Reply> {
  return sendForm(ground, browser, "/sign-in", { email, password });
}

export const isSignedIn = (reply: Reply) => reply.status === 303 || reply.status === 307;

export type ActionReply = Reply & { returned: unknown };

/** Calls a server action by its id, as a page with scripts does, whether a page shows a button for it or not. */
export async function callAction(
  ground: Ground,
  browser: Browser,
  action: Pick<Action, "id">,
  {
    fields,
    args,
    page = "/",
    ...asked
  }: Asked & { fields?: Record<string, string | string[]>; args?: unknown[]; page?: string } = {},
): Promise<ActionReply> {
  const headers = { Accept: "text/x-component", "Next-Action": action.id, ...asked.headers };
  const reply = args
    ? await visit(ground, browser, page, {
        ...asked,
        method: "POST",
        raw: JSON.stringify(args),
        headers: { Origin: ground.url, ...headers, "Content-Type": "text/plain;charset=UTF-8" },
      })
    : await post(ground, browser, page, actionForm(fields ?? {}), { ...asked, headers });
  const [, json] = /^1:(.*)$/m.exec(reply.text) ?? [];
  return { ...reply, returned: json === undefined || json.startsWith("E") ? undefined : JSON.parse(json) };
}

function actionForm(fields: Record<string, string | string[]>): FormData {
  const data = new FormData();
  for (const [name, values] of Object.entries(fields)) for (const value of [values].flat()) data.append(`_1_${name}`, value);
  data.set("0", '[{"fields":{},"values":{}},"$K1"]');
  return data;
}

const known = new Map<string, Action>();

/** An action of this build by its name. */
export function actionNamed(name: string): Action {
  if (known.size === 0) for (const action of actions()) known.set(action.name, action);
  const action = known.get(name);
  if (!action) throw new Error(`this build has no action ${name}`);
  return action;
}
