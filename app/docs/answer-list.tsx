import { Answer } from "@/components/ui/code-block";
import { FieldTable } from "./field-table";
import { Inline } from "./prose";
import type { DescribedOperation } from "./reference/document";
import { fieldsOf } from "./reference/fields";
import type { JsonSchema } from "./reference/json-schema";

type Props = { described: DescribedOperation; schemas: Record<string, JsonSchema> };

/** Every status with its fields and an example of each form or error; what goes well is open. */
export function AnswerList({ described, schemas }: Props) {
  return (
    <div>
      <h3 className="mb-1.5 font-medium">Answers</h3>
      <div className="border-line border-t">
        {Object.entries(described.responses).map(([status, { description, content }]) => {
          const [{ schema, examples } = { schema: {}, examples: {} }] = Object.values(content);
          const isGood = status.startsWith("2");
          return (
            <details key={status} open={isGood} className="border-line border-b">
              <summary className="rounded-sm py-2.5 hover:bg-surface">
                <Status status={status} />{" "}
                <span className="text-ink-muted">
                  <Inline text={description} />
                </span>
              </summary>
              <div className="space-y-3 pt-1 pb-5">
                {isGood && <FieldTable title="Fields" isAnswer choices={fieldsOf(schema, schemas)} />}
                {Object.entries(examples).map(([name, { value }]) => (
                  <Answer
                    key={name}
                    status={name === "success" ? status : `${status} ${name}`}
                    isGood={isGood}
                    code={JSON.stringify(value, null, 2)}
                  />
                ))}
              </div>
            </details>
          );
        })}
      </div>
    </div>
  );
}

function Status({ status }: { status: string }) {
  const tone = status.startsWith("2") ? "bg-positive-soft text-positive" : "bg-sunken text-ink";
  return (
    <span className={`ml-1 inline-block rounded-sm px-1.5 font-semibold text-xs leading-5 tabular-nums ${tone}`}>{status}</span>
  );
}
