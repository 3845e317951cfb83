import type { KeptReceipts, Narrowing } from "@/lib/audit/receipts";
import type { ShownReceipts } from "@/lib/doors/tell-change";
import type { Receipts } from "@/lib/feed/receipts";
import { isolated } from "@/lib/values/isolated";
import { formatInstant } from "@/lib/values/zones";

export type ReceiptsText = {
  tone: "waiting" | "done" | "danger";
  /** In how many of the processes that check keys by themselves it holds, and what is waited for. */
  headline: string;
  /** How long at most, as a sentence's end: it counts down. */
  atMost: string | null;
  /** Who refuses without having said so. */
  refusing: string | null;
  /** Who may go on accepting. */
  danger: string | null;
};

/** What stands above it once a deed is done. */
export const DONE = "Whoever asks the portal is told so at once. Programs that check keys by themselves follow:";

const STARTS: Record<Narrowing, string> = { ended: "Dead", old_ended: "Old credential dead", narrowed: "In force" };
/** More are counted, and not named. */
const MAX_NAMED = 3;

type Named = { service: string; instance: string };

/** What is said of a change. Null: nobody has to be waited for. */
export function describeReceipts(receipts: ShownReceipts, narrowing: Narrowing, timeZone: string): ReceiptsText | null {
  const { confirmed, bounded, pending, may_accept } = receipts;
  const [done, waiting, late] = [countOf(confirmed) + countOf(bounded), countOf(pending), countOf(may_accept)];
  const total = done + waiting + late;
  if (total === 0) return null;
  const at = (instant: string | null) => (instant === null ? "" : formatInstant(new Date(instant), timeZone, "second"));
  const atMost = waiting > 0 && receipts.pending_until !== null && Date.parse(receipts.pending_until) - Date.parse(receipts.now);
  const accepting = narrowing === "narrowed" ? "go by what was before" : "accept it";
  return {
    tone: late > 0 ? "danger" : waiting > 0 ? "waiting" : "done",
    headline: `${STARTS[narrowing]} on ${progress(done, total)}${
      waiting > 0 ? `, waiting for ${waiting}` : late > 0 ? "" : after(total, receipts.last_ms ?? 0)
    }`,
    atMost: atMost === false ? null : `at most ${tenths(atMost)} s more`,
    refusing:
      countOf(bounded) === 0
        ? null
        : `${who(bounded)} did not confirm: refusing by ${countOf(bounded) === 1 ? "itself" : "themselves"} since ${at(receipts.bounded_since)}.`,
    danger: late === 0 ? null : `${who(may_accept)} may still ${accepting} until ${at(receipts.may_accept_until)}.`,
  };
}

/** The same of what was kept of it. */
export function describeKept({ confirmed, bounded, last_ms }: KeptReceipts, narrowing: Narrowing): ReceiptsText | null {
  const total = confirmed + bounded;
  if (total === 0) return null;
  return {
    tone: "done",
    headline: `${STARTS[narrowing]} on ${progress(total, total)}${after(total, last_ms)}`,
    atMost: null,
    refusing:
      bounded === 0 ? null : `${bounded} of them did not confirm, and refused by ${bounded === 1 ? "itself" : "themselves"}.`,
    danger: null,
  };
}

/** "0.38 s": more exact than anybody can be without a clock. */
export function secondsText(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 0)} s`;
}

function progress(done: number, total: number): string {
  return `${done} of ${verifiers(total)}`;
}

function verifiers(count: number): string {
  return `${count} ${count === 1 ? "verifier" : "verifiers"}`;
}

function after(total: number, milliseconds: number): string {
  return `, ${total === 1 ? "" : "last "}after ${secondsText(milliseconds)}`;
}

/** Never less than it is. */
function tenths(milliseconds: number): string {
  return (Math.ceil(Math.max(milliseconds, 0) / 100) / 10).toFixed(1);
}

function countOf(processes: number | readonly Named[]): number {
  return typeof processes === "number" ? processes : processes.length;
}

/** "2 verifiers" for an owner; "api-1 (Orders) and api-2 (Orders)" for staff. */
function who(processes: number | readonly Named[]): string {
  if (typeof processes === "number") return verifiers(processes);
  const names = processes.slice(0, MAX_NAMED).map(nameOf);
  if (processes.length > MAX_NAMED) names.push(`${processes.length - MAX_NAMED} more`);
  const last = names.pop() ?? "";
  return names.length === 0 ? last : `${names.join(", ")} and ${last}`;
}

/** Whether they are for staff. */
export function isNamed(receipts: ShownReceipts): receipts is Receipts {
  return typeof receipts.confirmed !== "number";
}

/** Two processes may have one name; whose they are tells most of them apart. */
function nameOf({ service, instance }: Named): string {
  return `${instance} (${isolated(service)})`;
}
