import "server-only";
import { type Allow, type Outcome, type Report, type ReportedCall, recordUsage } from "./record";

/** What a service may report: for whom, and how many credits; null for everybody, and without a bound. */
export type Bounds = {
  owners: ReadonlySet<string> | null;
  /** Of so many calls it was somebody else's key. */
  noteForeign(calls: number): void;
  allow: Allow | undefined;
};
/** Of whoever has the shared secret. */
export const UNBOUNDED: Bounds = { owners: null, noteForeign: () => {}, allow: undefined };

/** `recordUsage`, as far as the bounds allow. */
export async function recordWithin(
  { owners, noteForeign, allow }: Bounds,
  inputs: readonly ReportedCall[],
  report: Omit<Report, "owners" | "allow">,
): Promise<Outcome[]> {
  const outcomes = await recordUsage(inputs, { ...report, owners, allow });
  const foreign = outcomes.filter((outcome) => outcome === "foreign_owner").length;
  if (foreign > 0) noteForeign(foreign);
  return outcomes;
}
