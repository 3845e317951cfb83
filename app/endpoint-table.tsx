import { MethodBadge } from "@/components/ui/method-badge";
import type { Api } from "./endpoints";

export function EndpointTable({ api }: { api: Api }) {
  return (
    <table className="w-full border-collapse text-left">
      <caption className="mb-2 text-left">
        <span className="font-medium">{api.name}</span> <span className="text-ink-muted">{api.caller}</span>
      </caption>
      <thead className="sr-only">
        <tr>
          <th scope="col">Method</th>
          <th scope="col">Path and what it does</th>
        </tr>
      </thead>
      <tbody className="border-line border-t">
        {api.routes.map(({ methods, path, does }) => (
          <tr key={methods.join() + path} className="border-line border-b">
            <td className="w-20 py-2 align-top sm:w-44">
              <span className="flex flex-wrap gap-1">
                {methods.map((method) => (
                  <MethodBadge key={method} method={method} />
                ))}
              </span>
            </td>
            <td className="grid gap-x-6 py-2 md:grid-cols-[20rem_minmax(0,1fr)]">
              <code className="font-mono text-sm [overflow-wrap:anywhere]">{path}</code>
              <span className="text-ink-muted">{does}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
