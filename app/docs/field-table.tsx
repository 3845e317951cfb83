import { Inline } from "./prose";
import type { Field } from "./reference/fields";

type Props = { title: string; choices: Field[][]; isAnswer?: boolean };

/** Fields of one object, or of each of several that will do. Of an answer it is the fields that may be missing that are marked. */
export function FieldTable({ title, choices, isAnswer = false }: Props) {
  const lists = choices.filter((fields) => fields.length > 0);
  return lists.map((fields, index) => (
    <table key={fields.map(({ name }) => name).join()} className="w-full border-collapse text-left">
      <caption className="mb-1.5 text-left font-medium">{index === 0 ? title : `${title}, or else`}</caption>
      <thead className="sr-only">
        <tr>
          <th scope="col">Name and type</th>
          <th scope="col">What it is</th>
        </tr>
      </thead>
      <tbody className="border-line border-t">
        {fields.map(({ name, type, isRequired, description }) => (
          <tr key={name} className="border-line border-b align-top max-sm:block max-sm:py-2">
            <th scope="row" className="py-2 pr-4 font-normal max-sm:block max-sm:py-0 sm:w-72">
              <span className="flex flex-wrap items-baseline gap-x-2">
                <code translate="no" className="font-mono text-sm [overflow-wrap:anywhere]">
                  {name}
                </code>
                {isRequired !== isAnswer && (
                  <span className="text-ink-faint text-xs">{isAnswer ? "not always" : "required"}</span>
                )}
                <span className="text-ink-muted text-xs [overflow-wrap:anywhere]">{type}</span>
              </span>
            </th>
            <td className="py-2 text-ink-muted max-sm:block max-sm:py-0">
              <Inline text={description} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  ));
}
