import type { Exchange } from "./aims";
import type { Operation } from "./document";
import type { Aim } from "./step";

/** What nothing that comes from outside can bring about: these ask nobody, and say so themselves when something is the matter. */
const UNREACHABLE: Record<string, number[]> = {
  getHealth: [500],
  getLiveness: [500],
  // A snapshot is made at once where there is little, and is kept.
  openVerifierSession: [202],
};

/** Every operation needs at least so much that goes well. */
const LEAST_GOOD = 0.1;

export type Counts = {
  /** Of all operations together. */
  total(): number;
  count(exchange: Exchange): void;
  unseen(): Aim[];
  table(): string;
  /** What is short of what was asked for, as sentences. */
  shortcomings(): string[];
};

export function newCounts(operations: readonly Operation[]): Counts {
  const seen = new Map(operations.map(({ id }) => [id, new Map<number, number>()]));
  let total = 0;
  const ofOperation = ({ id }: Operation) => [...(seen.get(id) ?? [])];
  const sum = (entries: [number, number][]) => entries.reduce((all, [, times]) => all + times, 0);
  const goodShare = (operation: Operation) =>
    sum(ofOperation(operation).filter(([status]) => status < 300)) / Math.max(1, sum(ofOperation(operation)));
  const hasTooFewGood = (operation: Operation) => {
    const requests = sum(ofOperation(operation));
    // Of few requests as many can go wrong by chance.
    const byChance = 2 * Math.sqrt((LEAST_GOOD * (1 - LEAST_GOOD)) / Math.max(1, requests));
    return goodShare(operation) === 0 || goodShare(operation) < LEAST_GOOD - byChance;
  };
  const missing = (operation: Operation) =>
    operation.statuses.filter((status) => !seen.get(operation.id)?.has(status) && !UNREACHABLE[operation.id]?.includes(status));
  return {
    total: () => total,
    count: ({ step, reply, draft }) => {
      total += 1;
      const times = seen.get(step.operation.id);
      // OPTIONS is a 204 everywhere.
      const status = reply.status < 300 && draft.method !== step.operation.method ? 0 : reply.status;
      if (status > 0) times?.set(status, (times.get(status) ?? 0) + 1);
    },
    unseen: () => operations.flatMap((operation) => missing(operation).map((status) => ({ operation, status }))),
    table: () => {
      const width = Math.max(...operations.map(({ id }) => id.length));
      const lines = operations.map((operation) => {
        const statuses = ofOperation(operation).sort(([one], [other]) => one - other);
        const unseen = missing(operation);
        const cells = [
          operation.id.padEnd(width),
          String(sum(statuses)).padStart(8),
          `${(goodShare(operation) * 100).toFixed(0)} %`.padStart(6),
          statuses.map(([status, times]) => `${status}×${times}`).join(" "),
        ];
        return cells.join("  ") + (unseen.length > 0 ? `  NOT SEEN: ${unseen.join(", ")}` : "");
      });
      return [`${"operation".padEnd(width)}  requests     2xx  statuses`, ...lines].join("\n");
    },
    shortcomings: () =>
      operations.flatMap((operation) => [
        ...(hasTooFewGood(operation) ? [`${operation.id}: only ${(goodShare(operation) * 100).toFixed(1)} % went well`] : []),
        ...missing(operation).map((status) => `${operation.id}: ${status} is documented and was never seen`),
      ]),
  };
}
