import "server-only";
import { bitsOf, type CredentialForm, MAX_FORMS, STRONG_BITS } from "@latchkey/rule/forms";
import { type Run, sql } from "@/lib/database/client";
import { statement } from "@/lib/database/statements";
import { listForms } from "@/lib/verification/forms";

const ADD = statement(
  "add-credential-forms",
  {},
  `INSERT INTO credential_forms (prefix, signs, length)
   SELECT * FROM unnest($prefixes::text[], $signs::text[], $lengths::int[]) ON CONFLICT DO NOTHING`,
);

/** The forms of other products' credentials that are registered, and those that an import adds to them. */
export class Forms {
  private fresh: CredentialForm[] = [];

  private constructor(readonly known: CredentialForm[]) {}

  static async load(): Promise<Forms> {
    return new Forms(await listForms(sql));
  }

  /** That of a row of its own: why it is refused, or null. */
  take(form: CredentialForm, allowWeak: boolean): string | null {
    if (!allowWeak && bitsOf(form) < STRONG_BITS)
      return "Credentials of this form could be guessed. It is registered where such are taken.";
    return this.add(form) ? null : "The form would be one more than can be registered.";
  }

  /** False where there are as many as there may be. */
  add(form: CredentialForm): boolean {
    if (this.known.some((each) => isSame(each, form))) return true;
    if (this.known.length >= MAX_FORMS) return false;
    const { prefix, signs, length } = form;
    this.known.push({ prefix, signs, length });
    this.fresh.push({ prefix, signs, length });
    return true;
  }

  /** Writes what was added, in the transaction of the first keys that need it. */
  async write(run: Run): Promise<void> {
    const forms = this.fresh;
    if (forms.length === 0) return;
    const [prefixes, signs, lengths] = [
      forms.map((one) => one.prefix),
      forms.map((one) => one.signs),
      forms.map((one) => one.length),
    ];
    await run(ADD, { prefixes, signs, lengths });
  }

  /** The transaction that wrote them has been committed. */
  written(): void {
    this.fresh = [];
  }
}

function isSame(one: CredentialForm, other: CredentialForm): boolean {
  return one.prefix === other.prefix && one.signs === other.signs && one.length === other.length;
}
