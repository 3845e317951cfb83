import { findVisiblePart, findWhole, maskCredentials } from "@latchkey/rule/credentials";
import { learnForms } from "@latchkey/rule/known-forms";

// Runs in the browser: a whole credential that someone pastes is never sent anywhere as it is.

type SearchTerm = { kind: "text"; text: string } | { kind: "digest"; digest: string; masked: string };

/**
 * What may be sent in place of the text. A credential, wherever in the text it stands, becomes its SHA-256; a part of one,
 * or a whole one where the page has no Web Crypto (plain http), becomes the six characters that lists show.
 * @param forms of other products' credentials, in JSON, where the field has any
 */
export async function toSearchTerm(text: string, forms?: string): Promise<SearchTerm> {
  if (forms) learnForms(JSON.parse(forms));
  const whole = findWhole(text);
  const masked = findVisiblePart(whole ?? text) ?? maskCredentials(text);
  if (whole === null || !crypto.subtle) return { kind: "text", text: masked };
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(whole)));
  const hex = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return { kind: "digest", digest: hex, masked: `${masked}…` };
}

/** What a form asks for, as an address may say it; in the form, too, what lists show of a credential takes its place. */
export async function readSearch(form: HTMLFormElement, findsDigests: boolean): Promise<URLSearchParams> {
  const query = new URLSearchParams();
  for (const [name, typed] of new FormData(form)) {
    if (typeof typed !== "string" || !typed.trim()) continue;
    const field = form.elements.namedItem(name);
    const term = await toSearchTerm(typed, field instanceof HTMLInputElement ? field.dataset.forms : undefined);
    const shown = term.kind === "digest" ? term.masked : term.text;
    if (shown !== typed && field instanceof HTMLInputElement && field.value === typed) field.value = shown;
    if (term.kind === "digest" && findsDigests) query.set("digest", term.digest);
    else query.set(name, shown.trim());
  }
  return query;
}
