import { expect, test } from "vitest";
import type { Receipts } from "@/lib/feed/receipts";
import { countReceipts } from "@/lib/feed/receipts";
import { describeKept, describeReceipts, type ReceiptsText } from "./receipts-text";

const NOW = "2026-11-28T12:03:05.000Z";
const process = (number: number) => ({ service: "Orders", instance: `api-${number}` });
const some = (count: number) => Array.from({ length: count }, (_, index) => process(index + 1));
const confirmed = (count: number) => some(count).map((each) => ({ ...each, after_ms: 380 }));
const bounded = (count: number) => some(count).map((each) => ({ ...each, since: "2026-11-28T12:03:06.000Z" }));
const until = (count: number, at: string) => some(count).map((each) => ({ ...each, until: at }));

function receipts(given: Partial<Receipts>): Receipts {
  return {
    ...{ change: "91.1234", seen_at: NOW, now: NOW, last_ms: 380, later: 0, dead_everywhere_at: null },
    ...{ bounded_since: "2026-11-28T12:03:06.000Z", pending_until: "2026-11-28T12:03:06.361Z" },
    ...{ may_accept_until: "2026-11-28T12:05:10.000Z", confirmed: [], bounded: [], pending: [], may_accept: [] },
    ...given,
  };
}

/** As it stands in the box. */
function told(text: ReceiptsText | null): string | null {
  if (!text) return null;
  const { tone, headline, atMost, refusing, danger } = text;
  return [`${tone}: ${headline}${atMost ? `, ${atMost}` : ""}.`, refusing, danger].filter(Boolean).join(" ");
}

const late = until(1, "2026-11-28T12:05:10.000Z");
const waiting = (count: number) => until(count, "2026-11-28T12:03:06.361Z");

test.each<[Partial<Receipts>, owner: string | null, staff: string | null]>([
  [{}, null, null],
  [{ later: 3 }, null, null],
  [
    { confirmed: confirmed(7) },
    "done: Dead on 7 of 7 verifiers, last after 0.38 s.",
    "done: Dead on 7 of 7 verifiers, last after 0.38 s.",
  ],
  [
    { confirmed: confirmed(1), last_ms: 61_400 },
    "done: Dead on 1 of 1 verifier, after 61 s.",
    "done: Dead on 1 of 1 verifier, after 61 s.",
  ],
  [
    { pending: waiting(2), last_ms: null },
    "waiting: Dead on 0 of 2 verifiers, waiting for 2, at most 1.4 s more.",
    "waiting: Dead on 0 of 2 verifiers, waiting for 2, at most 1.4 s more.",
  ],
  [
    { confirmed: confirmed(2), pending: waiting(5), pending_until: NOW },
    "waiting: Dead on 2 of 7 verifiers, waiting for 5, at most 0.0 s more.",
    "waiting: Dead on 2 of 7 verifiers, waiting for 5, at most 0.0 s more.",
  ],
  [
    { confirmed: confirmed(6), bounded: bounded(1), last_ms: 2_000 },
    "done: Dead on 7 of 7 verifiers, last after 2.00 s. 1 verifier did not confirm: refusing by itself since 12:03:06.",
    "done: Dead on 7 of 7 verifiers, last after 2.00 s. api-1 (Orders) did not confirm: refusing by itself since 12:03:06.",
  ],
  [
    { bounded: bounded(2), pending: waiting(1) },
    "waiting: Dead on 2 of 3 verifiers, waiting for 1, at most 1.4 s more. 2 verifiers did not confirm: refusing by themselves since 12:03:06.",
    "waiting: Dead on 2 of 3 verifiers, waiting for 1, at most 1.4 s more. api-1 (Orders) and api-2 (Orders) did not confirm: refusing by themselves since 12:03:06.",
  ],
  [
    { confirmed: confirmed(1), bounded: bounded(5), last_ms: 2_000 },
    "done: Dead on 6 of 6 verifiers, last after 2.00 s. 5 verifiers did not confirm: refusing by themselves since 12:03:06.",
    "done: Dead on 6 of 6 verifiers, last after 2.00 s. api-1 (Orders), api-2 (Orders), api-3 (Orders) and 2 more did not confirm: refusing by themselves since 12:03:06.",
  ],
  [
    { confirmed: confirmed(6), may_accept: late },
    "danger: Dead on 6 of 7 verifiers. 1 verifier may still accept it until 12:05:10.",
    "danger: Dead on 6 of 7 verifiers. api-1 (Orders) may still accept it until 12:05:10.",
  ],
])("%o is told to its owner and to staff", (given, owner, staff) => {
  const found = receipts(given);
  expect(told(describeReceipts(countReceipts(found), "ended", "UTC"))).toBe(owner);
  expect(told(describeReceipts(found, "ended", "UTC"))).toBe(staff);
});

test("what narrows without an end, and an old credential, are not called a dead key; clocks are those of whoever reads", () => {
  const found = countReceipts(receipts({ confirmed: confirmed(1), may_accept: late }));
  expect(told(describeReceipts(found, "narrowed", "Africa/Dar_es_Salaam"))).toBe(
    "danger: In force on 1 of 2 verifiers. 1 verifier may still go by what was before until 15:05:10.",
  );
  expect(told(describeReceipts(found, "old_ended", "UTC"))).toBe(
    "danger: Old credential dead on 1 of 2 verifiers. 1 verifier may still accept it until 12:05:10.",
  );
});

test.each([
  [{ confirmed: 0, bounded: 0, last_ms: 0 }, null],
  [{ confirmed: 7, bounded: 0, last_ms: 380 }, "done: Dead on 7 of 7 verifiers, last after 0.38 s."],
  [
    { confirmed: 6, bounded: 1, last_ms: 2_000 },
    "done: Dead on 7 of 7 verifiers, last after 2.00 s. 1 of them did not confirm, and refused by itself.",
  ],
])("%o is told of what was kept", (kept, sentence) => {
  expect(told(describeKept(kept, "ended"))).toBe(sentence);
});
