import type { Metadata } from "next";
import { Prose } from "../prose";
import { REFUSALS, REPORTS } from "../reference/guarding";
import { Section, Table } from "../sections";

export const metadata: Metadata = { title: "Guarding your API: API reference" };

export default function GuardingPage() {
  return (
    <>
      <h1 className="mb-3 font-semibold text-2xl tracking-tight">Guarding your API</h1>
      <Prose text="For the authors of an API that these keys open. With each call it asks `POST /api/keys/verify`, and it reports what was used to `POST /usage`. In the portal’s source, `examples/public-api` does all of this, to be copied." />
      <Section id="refusals" title="What to answer your callers">
        <Prose text="Let nobody in without a verdict, and wait two seconds for one at most: another status, a page, a redirect or half an answer is none. Then answer 503 with `Retry-After`. A refusal’s `reason` is a sentence that your callers may read." />
        <Table
          caption="Refusals, and what becomes of them"
          columns={["Code", "What it says", "Your answer"]}
          rows={REFUSALS.map(({ code, reason, status }) => [`\`${code}\``, reason, String(status)])}
        />
      </Section>
      <Section id="reports" title="When a report is not confirmed">
        <Prose text="Give each call an id before you answer it, and keep it on a disk until it is confirmed: however often it is sent, it counts once. Send the path of a call as its `endpoint`, never the query, where callers put secrets. Bound your batches in number and in bytes, and your queue too: when it is full, or cannot be written, refuse calls." />
        <Table
          caption="Answers to a report, and what to do then"
          columns={["Answer", "Then"]}
          rows={REPORTS.map(({ answer, next }) => [answer, next])}
        />
      </Section>
    </>
  );
}
