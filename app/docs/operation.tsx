import { TryIt } from "@/components/docs/try-it";
import { CodeBlock } from "@/components/ui/code-block";
import { MethodBadge } from "@/components/ui/method-badge";
import { Tabs } from "@/components/ui/tabs";
import { AnswerList } from "./answer-list";
import { FieldTable } from "./field-table";
import { Inline, Prose } from "./prose";
import { type DescribedOperation, type OpenApiDocument, operationIn } from "./reference/document";
import { fieldsOf } from "./reference/fields";
import type { Caller, Operation } from "./reference/operation";
import { snippetsOf } from "./reference/snippets";

const CALLERS: Record<Caller, string> = {
  accessToken: "an access token (`Authorization: Bearer`)",
  sessionCookie: "the session cookie, from the portal’s own pages",
  service: "a service’s credential (`Authorization: Bearer`)",
  adminSecret: "the admin secret (`X-Admin-Secret`)",
  apiKey: "the key itself (`Authorization: Bearer`)",
  serviceSecret: "the service secret (`Authorization: Bearer`)",
  usageSignature: "a signature over time, id and body (`x-signature`)",
};

type Props = { operation: Operation; document: OpenApiDocument; address: string };

export function OperationSection({ operation, document, address }: Props) {
  const { id, method, path, alsoAt, summary, description } = operation;
  const described = operationIn(document, operation);
  const { curl, javascript, python } = snippetsOf(operation, address);
  return (
    <section aria-labelledby={id} className="mt-12 space-y-5 border-line border-t pt-10">
      <div>
        <h2 id={id} className="scroll-mt-6 font-semibold text-xl tracking-tight">
          <a href={`#${id}`} className="rounded-sm hover:underline">
            {summary}
          </a>
        </h2>
        <p className="mt-2 flex flex-wrap items-center gap-x-2 gap-y-1">
          <MethodBadge method={method} />
          <code translate="no" className="font-mono text-sm [overflow-wrap:anywhere]">
            {path}
          </code>
          {alsoAt && (
            <span className="text-ink-muted">
              and{" "}
              <code translate="no" className="font-mono text-sm">
                {alsoAt}
              </code>
            </span>
          )}
        </p>
      </div>
      {description && <Prose text={description} />}
      <p className="text-ink-muted">
        Who may call it: <Inline text={callersOf(operation)} />.
      </p>
      <Parameters operation={operation} />
      {described.requestBody && (
        <FieldTable
          title="Body"
          choices={fieldsOf(described.requestBody.content["application/json"].schema, document.components.schemas)}
        />
      )}
      <Tabs
        label={`The call to ${path} in three languages`}
        tabs={[
          { name: "curl", content: <CodeBlock title={`${summary}, with curl`} code={curl} /> },
          { name: "JavaScript", content: <CodeBlock title={`${summary}, in JavaScript`} code={javascript} /> },
          { name: "Python", content: <CodeBlock title={`${summary}, in Python`} code={python} /> },
        ]}
      />
      <Trial operation={operation} described={described} />
      <AnswerList described={described} schemas={document.components.schemas} />
    </section>
  );
}

function callersOf({ callers, scope, isOpen }: Operation): string {
  if (callers.length === 0) return "anyone";
  const nameOf = (caller: Caller) => CALLERS[caller] + (caller === "service" ? ` with the scope \`${scope}\`` : "");
  const named = callers.map(nameOf).join(", or ");
  return isOpen ? `anyone; what it ends is named by ${named}` : `whoever shows ${named}`;
}

function Parameters({ operation: { parameters = [] } }: { operation: Operation }) {
  if (parameters.length === 0) return null;
  const rows = parameters.map(({ name, in: place, required, description }) => ({
    name,
    type: { path: "in the path", query: "in the query", header: "header" }[place],
    isRequired: required,
    description,
  }));
  return <FieldTable title="Parameters" choices={[rows]} />;
}

const SECRETS: Caller[] = ["service", "adminSecret", "serviceSecret", "apiKey", "usageSignature"];

/** Secrets of a server have no place in a browser: what takes one is called from a shell. */
function Trial({ operation, described }: { operation: Operation; described: DescribedOperation }) {
  const { method, path, callers, parameters = [], ends = null } = operation;
  if (callers.some((caller) => SECRETS.includes(caller)))
    return (
      <p className="rounded-lg border border-line border-dashed px-4 py-2.5 text-ink-muted">
        Not to be tried here: it takes a secret, which has no place in a browser. Use the commands above.
      </p>
    );
  const [example] = Object.values(described.requestBody?.content["application/json"].examples ?? {});
  return (
    <TryIt
      operation={{
        method,
        path,
        parameters: parameters.map(({ name, in: place, required, description }) => ({
          name,
          in: place,
          required,
          hint: <Inline text={description} />,
        })),
        body: example ? JSON.stringify(example.value, null, 2) : null,
        takesToken: callers.includes("accessToken"),
        ends,
      }}
    />
  );
}
