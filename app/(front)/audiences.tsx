import type { ReactNode } from "react";
import type { Theme } from "@/components/ui/theme";
import { ProductPicture } from "./product-picture";

/** What it does for the two kinds of people who use it. */
export function Audiences({ theme }: { theme: Theme }) {
  return (
    <>
      <Audience
        id="callers"
        title="For whoever calls the API"
        picture={<ProductPicture name="save-your-key" theme={theme} />}
        isTall
      >
        <Point term="A key in a minute">
          Sign up, name it, copy it. The page waits with you and says when the first call has arrived.
        </Point>
        <Point term="Nothing to wonder about">Each key has its calls by day, and each refusal its reason.</Point>
        <Point term="Replaced without a gap">The old pair can go on working for up to seven days while you change over.</Point>
        <Point term="Ended in one step">Disabled for now, or revoked for good: the next check of the key says no.</Point>
      </Audience>
      <Audience id="keepers" title="For whoever runs the API" picture={<ProductPicture name="staff" theme={theme} />}>
        <Point term="Everyone’s keys">
          Found by person, by name or by the key itself, and changed or ended one at a time or together.
        </Point>
        <Point term="One question">Your API asks whether a key may make this call. The answer says yes, or why not.</Point>
        <Point term="Calls counted once">A report of a call counts exactly once, however often it is sent.</Point>
        <Point term="Who did what">Every change is in the audit log, with the person and the time.</Point>
      </Audience>
    </>
  );
}

type Props = { id: string; title: string; picture: ReactNode; isTall?: boolean; children: ReactNode };

function Audience({ id, title, picture, isTall = false, children }: Props) {
  return (
    <section
      aria-labelledby={id}
      className={`grid items-center gap-x-16 gap-y-8 border-line border-t py-12 sm:py-16 ${isTall ? "lg:grid-cols-2" : "lg:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]"}`}
    >
      <div>
        <h2 id={id} className="font-semibold text-2xl tracking-tight">
          {title}
        </h2>
        <dl className="mt-6 space-y-5">{children}</dl>
      </div>
      <div className={isTall ? "mx-auto w-full max-w-md" : ""}>{picture}</div>
    </section>
  );
}

export function Point({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="max-w-measure">
      <dt className="font-medium">{term}</dt>
      <dd className="mt-1 text-ink-muted">{children}</dd>
    </div>
  );
}
