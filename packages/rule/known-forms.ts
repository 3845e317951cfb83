import { type FormFinder, findersFor } from "./form-finder";
import type { CredentialForm } from "./forms";

type Known = { forms: readonly CredentialForm[]; finder: FormFinder | null };

// On globalThis because the instrumentation hook and each route are bundled apart.
const holder = globalThis as typeof globalThis & { latchkeyKnownForms?: Known };
holder.latchkeyKnownForms ??= { forms: [], finder: null };
const known = holder.latchkeyKnownForms;

/** The forms of other products' credentials that are taken here, and masked. */
export function knownForms(): readonly CredentialForm[] {
  return known.forms;
}

/** Null where there are none. */
export function knownFinder(): FormFinder | null {
  return known.finder;
}

/** These, from now on, in the whole process. */
export function learnForms(forms: readonly CredentialForm[]): void {
  if (JSON.stringify(forms) === JSON.stringify(known.forms)) return;
  Object.assign(known, { forms, finder: forms.length > 0 ? findersFor(forms) : null });
}
