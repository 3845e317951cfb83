import "server-only";
import { type Outcome, type Report, type ReportedCall, recordUsage } from "./record";

/** What a service may report: for whom, and how many credits; null for everybody, and without a bound. */
export type Bounds = {
  owners: ReadonlySet<string> | null;
  /** Of so many calls it was somebody else's key. */
  noteForeign(calls: number): void;
  allow(credits: number): Promise<{ giveBack(unused: number): Promise<void> }>;
};
/** Of whoever has the shared secret. */
export const UNBOUNDED: Bounds = { owners: null, noteForeign: () => {}, allow: async () => ({ giveBack: async () => {} }) };

/** `recordUsage`, as far as the bounds allow: what was asked for and not counted is given back. */
export async function recordWithin(
  { owners, noteForeign, allow }: Bounds,
  inputs: readonly ReportedCall[],
  report: Omit<Report, "owners">,
): Promise<Outcome[]> {
  const sum = (calls: readonly ReportedCall[]) => calls.reduce((credits, { delta }) => credits + delta, 0);
  const allowance = await allow(sum(inputs));
  let outcomes: Outcome[] = [];
  try {
    outcomes = await recordUsage(inputs, { ...report, owners });
  } finally {
    await allowance.giveBack(sum(inputs.filter((_, index) => outcomes[index] !== "accepted")));
  }
  const foreign = outcomes.filter((outcome) => outcome === "foreign_owner").length;
  if (foreign > 0) noteForeign(foreign);
  return outcomes;
}
