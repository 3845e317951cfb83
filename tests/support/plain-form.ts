import { randomAddress } from "./client";

/**
 * Sends the form of a page as a browser without scripts would: with the hidden fields that the page gave it.
 * @param button what the form's button says, on a page with several
 */
export async function sendPlainForm(
  address: string,
  fields: Record<string, string>,
  more: Record<string, string> = {},
  button = "",
): Promise<Response> {
  const html = await (await fetch(address, { headers: more })).text();
  const form = html.split("<form").find((part) => part.split("</form>", 1)[0]?.includes(button)) ?? html;
  return postForm(address, formOf(button ? form : html, {}), fields, more);
}

/** A form of its own, which a button inside of the page's form sends. */
const BESIDE = /<form[^>]* id="sign-in-instead".*?<\/form>/gs;

/** What such a form holds: the page's hidden fields, and what was typed. */
export function formOf(html: string, fields: Record<string, string>): FormData {
  const body = new FormData();
  for (const [input] of html.replace(BESIDE, "").matchAll(/<input type="hidden"[^>]*>/g)) {
    const attribute = (name: string) => new RegExp(` ${name}="([^"]*)"`).exec(input)?.[1]?.replaceAll("&quot;", '"');
    body.set(attribute("name") ?? "", attribute("value") ?? "");
  }
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  return body;
}

/** The hidden fields of a page's form. */
export async function readForm(address: string): Promise<FormData> {
  return formOf(await (await fetch(address)).text(), {});
}

export function postForm(
  address: string,
  body: FormData,
  fields: Record<string, string>,
  more: Record<string, string> = {},
): Promise<Response> {
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  const headers = { "X-Forwarded-For": randomAddress(), Origin: new URL(address).origin, Accept: "text/html", ...more };
  return fetch(address, { method: "POST", body, headers, redirect: "manual" });
}
