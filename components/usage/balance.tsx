import type { Pace } from "@/lib/usage/report";
import { count, figure } from "./figures";

/** So few days left are worth a colour. */
const FEW_DAYS = 7;

/** What is left, and how long it lasts. */
export function Balance({ balance, pace, callsToday }: { balance: number; pace: Pace; callsToday: number }) {
  const isOverdrawn = balance < 0;
  const isLow = balance === 0 || (pace.daysLeft !== null && pace.daysLeft < FEW_DAYS);
  const tone = isOverdrawn ? "text-danger" : isLow ? "text-warning" : "text-ink";
  return (
    <section aria-label="Credits" className="mt-6">
      <h2 className="text-ink-muted">{isOverdrawn ? "Credits overdrawn" : "Credits left"}</h2>
      <p className={`mt-1 font-semibold text-3xl tabular-nums tracking-tight ${tone}`}>{figure(Math.abs(balance))}</p>
      <p className="mt-1 text-ink-muted">
        {balance <= 0 ? (
          <>
            <strong className={`font-medium ${tone}`}>
              {isOverdrawn ? `You used ${count(-balance, "credit")} more than you had.` : "None are left."}
            </strong>{" "}
            Calls that cost credits are refused until some are added.
          </>
        ) : (
          <Lasting pace={pace} callsToday={callsToday} tone={tone} />
        )}
      </p>
    </section>
  );
}

function Lasting({ pace, callsToday, tone }: { pace: Pace; callsToday: number; tone: string }) {
  if (pace.calls === 0) {
    if (callsToday > 0) return `No calls in the ${pace.days} days before today, so how long they last shows tomorrow.`;
    return `No calls in the last ${pace.days} days.`;
  }
  if (pace.daysLeft === null) return `The calls of the last ${pace.days} days cost nothing.`;
  return (
    <>
      <strong className={`font-medium ${tone}`}>{daysText(pace.daysLeft)}</strong>, at {perDay(pace.creditsPerDay)} a day: the
      average of the last {pace.days} full days.
    </>
  );
}

function daysText(days: number): string {
  if (days < 1) return "Less than a day left";
  if (days > 730) return "More than two years left";
  return days === 1 ? "About 1 day left" : `About ${figure(days)} days left`;
}

function perDay(credits: number): string {
  return credits < 1 ? "less than 1 credit" : count(Math.round(credits), "credit");
}
