import type { Metadata } from "next";
import { CodeBlock } from "@/components/ui/code-block";
import { Inline, Prose } from "../prose";
import { ADVICE, GRANTED, QUESTIONS } from "../reference/permissions";

export const metadata: Metadata = { title: "Permissions to ask for: API reference" };

export default function PermissionsPage() {
  return (
    <>
      <h1 className="mb-3 font-semibold text-2xl tracking-tight">Permissions to ask for</h1>
      <Prose text="For whoever writes the API that the keys open. A key has permissions: a list of actions, or actions by resource. A call needs one: you name it as `permission` when you verify the key, and a key that does not grant it is `INSUFFICIENT_PERMISSIONS`. The words are yours; `*` alone has a meaning." />
      {ADVICE.map(({ title, text, body }) => (
        <section key={title} className="mt-8 space-y-3">
          <h2 className="font-medium text-lg">{title}</h2>
          <Prose text={text} />
          <CodeBlock title="POST /api/keys/verify" code={JSON.stringify(body, null, 2)} />
        </section>
      ))}
      <h2 className="mt-12 mb-2 font-semibold text-xl tracking-tight">Which keys pass which question</h2>
      <table className="w-full border-collapse text-left">
        <caption className="sr-only">What keys of some permissions are valid for, and what they are refused for</caption>
        <thead className="border-line border-b text-ink-muted text-sm">
          <tr>
            {["Permissions of the key", "Valid when asked for", "Refused when asked for"].map((title) => (
              <th key={title} scope="col" className="py-2 pr-4 font-medium last:pr-0">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {GRANTED.map(({ permissions, whose, grants }) => (
            <tr key={JSON.stringify(permissions)} className="border-line border-b align-top">
              <th scope="row" className="py-2 pr-4 font-normal">
                <code translate="no" className="font-mono text-sm [overflow-wrap:anywhere]">
                  {JSON.stringify(permissions)}
                </code>
                <span className="block text-ink-muted text-sm">{whose}</span>
              </th>
              <td className="py-2 pr-4">
                <Inline text={["nothing", ...grants.map(asCode)].join(", ")} />
              </td>
              <td className="py-2 text-ink-muted">
                <Inline
                  text={QUESTIONS.filter((question) => !grants.includes(question))
                    .map(asCode)
                    .join(", ")}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function asCode(question: string): string {
  return `\`${question}\``;
}
