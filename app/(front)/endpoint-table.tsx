import type { Group } from "@/app/docs/reference/operation";
import { Link } from "@/components/ui/link";
import { MethodBadge } from "@/components/ui/method-badge";

export function EndpointTable({ group }: { group: Group }) {
  return (
    <table className="w-full border-collapse text-left">
      <caption className="mb-2 text-left">
        <span className="font-medium">{group.name}</span> <span className="text-ink-muted">{group.caller}</span>
      </caption>
      <thead className="sr-only">
        <tr>
          <th scope="col">Method</th>
          <th scope="col">Path and what it does</th>
        </tr>
      </thead>
      <tbody className="border-line border-t">
        {group.operations.map(({ id, method, path, summary }) => (
          <tr key={id} className="border-line border-b">
            <td className="w-20 py-2 align-top">
              <MethodBadge method={method} />
            </td>
            <td className="grid gap-x-6 py-2 md:grid-cols-[20rem_minmax(0,1fr)]">
              <code className="font-mono text-sm [overflow-wrap:anywhere]">{path}</code>
              <Link
                href={`/docs/${group.slug}#${id}`}
                className="justify-self-start rounded-sm text-ink-muted underline-offset-4 hover:text-ink hover:underline"
              >
                {summary}
              </Link>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
