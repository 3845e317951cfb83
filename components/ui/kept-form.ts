import { maskCredentials } from "@latchkey/rule/credentials";

const PLACE = "latchkey.typed";
const KEPT_MS = 10 * 60_000;

/** What is so long may be a credential of another product, whose looks this page does not know. */
const LONG_WORD = /[\w.~+/=-]{16}/;

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
type Kept = { form: string; until: number; values: [name: string, value: string][] };

/**
 * Keeps what was typed into a form while another version of its page is loaded: in this tab, for ten minutes, until it is put
 * back. Nothing hidden, no password, and nothing in which a credential stands or could stand.
 * @param name the same for the form of the other version
 */
export function keepTyped(form: HTMLFormElement, name: string): void {
  const values = fieldsOf(form)
    .filter((field) => !isTickable(field) || field.checked)
    .map((field): [string, string] => [field.name, field.value])
    .filter(([, value]) => maskCredentials(value) === value && !LONG_WORD.test(value));
  const kept: Kept = { form: name, until: Date.now() + KEPT_MS, values };
  try {
    sessionStorage.setItem(PLACE, JSON.stringify(kept));
  } catch {
    // No storage, or a full one: the page is loaded all the same.
  }
}

/** Puts it back, once, as if it were typed. */
export function restoreTyped(form: HTMLFormElement, name: string): void {
  const kept = readKept();
  if (kept?.form !== name) return;
  sessionStorage.removeItem(PLACE);
  if (kept.until < Date.now()) return;
  for (const [field, value] of kept.values) {
    for (const element of fieldsOf(form).filter((each) => each.name === field)) fill(element, value);
  }
}

function readKept(): Kept | null {
  try {
    return JSON.parse(sessionStorage.getItem(PLACE) ?? "null");
  } catch {
    return null;
  }
}

function fieldsOf(form: HTMLFormElement): Field[] {
  return [...form.elements].filter(
    (element): element is Field =>
      element.matches("input:not([type=hidden], [type=password], [type=file]), textarea, select") &&
      (element as Field).name !== "" &&
      !/^\$|password/i.test((element as Field).name),
  );
}

function isTickable(field: Field): field is HTMLInputElement {
  return field.type === "radio" || field.type === "checkbox";
}

/** React hears of it as of a key press. */
function fill(field: Field, value: string): void {
  if (isTickable(field)) {
    if (field.value === value && !field.checked) field.click();
    return;
  }
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value")?.set?.call(field, value);
  field.dispatchEvent(new Event(field instanceof HTMLSelectElement ? "change" : "input", { bubbles: true }));
}
