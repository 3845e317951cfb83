import { openFailureTime } from "../../lib/identity/failure-time";
import type { DescribedHash, HashForm } from "../../lib/identity/foreign-hashes";

const OWN_TIME = 60;

/** The time of failures by a clock that goes on when it is told to, with a look into what is asked, measured and waited for. */
export function failureTimeAt(times: Partial<Record<HashForm, number>>, found?: () => Promise<DescribedHash[]>) {
  let now = 0;
  let looks = 0;
  let isFailing = false;
  const hashes: HashForm[] = [];
  const waited: number[] = [];
  const measured: string[] = [];
  const time = openFailureTime({
    find: async () => {
      looks += 1;
      if (isFailing) throw new Error("not now");
      return found ? found() : hashes.map((form) => ({ form, work: 1, matches: async () => false }));
    },
    measure: async (hash) => {
      measured.push(hash?.form ?? "own");
      return hash ? (times[hash.form] ?? 0) : OWN_TIME;
    },
    clock: {
      now: () => now,
      wait: async (milliseconds) => {
        waited.push(milliseconds);
      },
    },
  });
  return {
    time,
    hashes,
    waited: () => waited,
    measured: () => measured,
    looks: () => looks,
    pass: (milliseconds: number) => (now += milliseconds),
    fail: () => (isFailing = true),
  };
}
