"use client";

import { useId } from "react";
import { useFormState } from "@/components/ui/form";
import { Instant } from "@/components/ui/instant";
import { FieldNotes } from "@/components/ui/text-field";
import { browserName } from "@/lib/values/browser-name";
import { NewPasswordField } from "./new-password-field";

export type Maker = {
  email: string;
  madeAt: Date;
  address: string | null;
  userAgent: string | null;
  keys: number;
  firstKeyAt: Date | null;
  lastKeyAt: Date | null;
};

/** What is known of an account whose address nobody has proved. */
export function MakerFacts({ maker, now }: { maker: Maker; now: Date }) {
  const { email, madeAt, address, userAgent, keys, firstKeyAt, lastKeyAt } = maker;
  return (
    <dl className="divide-y divide-line rounded-lg border border-line bg-surface px-4">
      <Row term="Account">{email}</Row>
      <Row term="Made">
        <Instant at={madeAt} now={now} as="minute" timeZone={null} />
      </Row>
      <Row term="From">{address ?? "not known"}</Row>
      {userAgent !== null && <Row term="With">{browserName(userAgent)}</Row>}
      <Row term="Keys">
        {keys === 0 || !firstKeyAt || !lastKeyAt ? (
          "none"
        ) : (
          <>
            {keys}, made <Instant at={firstKeyAt} now={now} as="minute" timeZone={null} />
            {lastKeyAt.getTime() - firstKeyAt.getTime() > 60_000 && (
              <>
                {" "}
                to <Instant at={lastKeyAt} now={now} as="minute" timeZone={null} />
              </>
            )}
          </>
        )}
      </Row>
    </dl>
  );
}

function Row({ term, children }: { term: string; children: React.ReactNode }) {
  return (
    <div className="grid grid-cols-[4.5rem_minmax(0,1fr)] gap-3 py-2.5">
      <dt className="text-ink-muted">{term}</dt>
      <dd className="[overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}

const ANSWERS = [
  { value: "me", label: "I made this account", note: "Nothing ends: your sessions, your keys and your password stay." },
  {
    value: "someone-else",
    label: "I did not make it",
    note: "Whoever did is signed out for good, and every key they made is revoked. The account is then yours, with your own password.",
  },
] as const;

/** Did you make it? Nothing is chosen beforehand: each of the two answers would be wrong for somebody. */
export function MakerQuestion() {
  const id = useId();
  const { fields, values } = useFormState();
  const errors = fields.maker;
  return (
    <div className="group/maker">
      <div
        role="radiogroup"
        tabIndex={-1}
        aria-labelledby={`${id}-question`}
        aria-invalid={errors ? true : undefined}
        aria-describedby={errors ? `${id}-errors` : undefined}
        className="outline-none"
      >
        <p id={`${id}-question`} className="mb-2 font-medium">
          Did you make this account?
        </p>
        <div className="space-y-2">
          {ANSWERS.map(({ value, label, note }) => (
            <label
              key={value}
              className="flex cursor-pointer gap-3 rounded-lg border border-line px-4 py-3 transition-colors hover:border-line-strong has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2"
            >
              <input
                type="radio"
                name="maker"
                value={value}
                defaultChecked={values.maker === value}
                aria-describedby={`${id}-${value}`}
                className="mt-0.5 size-4 shrink-0 accent-accent outline-none"
              />
              <span>
                <span className="block font-medium">{label}</span>
                <span id={`${id}-${value}`} className="mt-0.5 block text-ink-muted text-sm">
                  {note}
                </span>
              </span>
            </label>
          ))}
        </div>
        <FieldNotes id={id} hint={undefined} errors={errors} />
      </div>
      {/* Without scripts, too: it is asked for where it is needed. */}
      <div className="mt-5 hidden group-has-[input[value=someone-else]:checked]/maker:block">
        <NewPasswordField name="password" label="Your new password" />
      </div>
    </div>
  );
}
