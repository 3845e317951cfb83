import { REFUSAL_REASONS } from "@latchkey/rule/verdicts";
import { Moment } from "@/components/ui/moment";
import { Written } from "@/components/ui/written";
import { KEPT_REFUSALS, REFUSAL_DAYS, REFUSALS_PER_MINUTE, type Refusal } from "@/lib/verification/refusals";
import { REFUSAL_ADVICE } from "./refusal-advice";

type Props = { refusals: readonly Refusal[]; now: Date };

/** Why a key was refused and what to do, by reason; below it each refusal with its time. */
export function RefusalList({ refusals, now }: Props) {
  if (refusals.length === 0) return <p className="text-ink-muted">Not refused in the last {REFUSAL_DAYS} days.</p>;
  const codes = [...new Set(refusals.map(({ code }) => code))];
  return (
    <>
      <ul className="divide-y divide-line rounded-lg border border-line">
        {codes.map((code) => (
          <Reason key={code} code={code} refusals={refusals.filter((each) => each.code === code)} now={now} />
        ))}
      </ul>
      <details className="mt-3">
        <summary className="w-fit rounded-sm text-ink-muted underline decoration-line-strong underline-offset-4 hover:text-ink">
          Each with its time
        </summary>
        <ol aria-label="Refusals" className="mt-3 max-w-2xl divide-y divide-line">
          {refusals.map(({ at, code, asked }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the list is never changed, and two may be alike
            <li key={index} className="flex flex-wrap justify-between gap-x-6 py-1.5">
              <span className="min-w-0 [overflow-wrap:anywhere]">
                <Code>{code}</Code> {asked && <Permission>{asked}</Permission>}
              </span>
              <span className="text-ink-muted">
                <Moment at={at} now={now} as="minute" />
              </span>
            </li>
          ))}
        </ol>
      </details>
      <p className="mt-3 text-ink-muted text-sm">
        The last {KEPT_REFUSALS} of the last {REFUSAL_DAYS} days, of each minute the first {REFUSALS_PER_MINUTE}. They show after
        a few seconds.
      </p>
    </>
  );
}

function Reason({ code, refusals, now }: Props & { code: Refusal["code"] }) {
  const [latest] = refusals;
  return (
    <li className="flex flex-wrap justify-between gap-x-6 gap-y-1 px-4 py-3">
      <div className="min-w-0 grow basis-80">
        <p className="font-medium">
          {REFUSAL_REASONS[code]} <Code>{code}</Code>
        </p>
        <p className="text-ink-muted [overflow-wrap:anywhere]">
          {REFUSAL_ADVICE[code]} <Asked refusals={refusals} />
        </p>
      </div>
      <p className="text-ink-muted tabular-nums">
        {refusals.length === 1 ? "Once" : `${refusals.length} times, last`}{" "}
        {latest && <Moment at={latest.at} now={now} as="ago" />}
      </p>
    </li>
  );
}

/** The permissions that were asked for in vain, each once. */
function Asked({ refusals }: { refusals: readonly Refusal[] }) {
  const asked = [...new Set(refusals.flatMap(({ asked }) => asked ?? []))].slice(0, 5);
  if (asked.length === 0) return null;
  return (
    <>
      It asked for{" "}
      {asked.map((permission, index) => (
        <span key={permission}>
          {index > 0 && ", "}
          <Permission>{permission}</Permission>
        </span>
      ))}
      .
    </>
  );
}

function Permission({ children }: { children: string }) {
  return (
    <code translate="no" className="font-mono text-xs">
      <Written>{children}</Written>
    </code>
  );
}

function Code({ children }: { children: string }) {
  return (
    <code translate="no" className="font-mono font-normal text-ink-muted text-xs">
      {children}
    </code>
  );
}
