import { Cell, Header, RowHeader, Table } from "@/components/ui/table";
import { Written } from "@/components/ui/written";
import type { Tried } from "@/lib/imports/action-states";
import type { Remark } from "@/lib/imports/run";

type Props = { of: Tried; isDry?: boolean };

/** What would come of a file, or what came of it, and the first of the rows that there is something to say of. */
export function ImportReport({ of: { counts, read, refused, refusedOf, shown, taken }, isDry = false }: Props) {
  const { users, keys, balances, forms } = counts;
  const rows = [
    {
      name: "People",
      read: read.user,
      new: users.new + users.joined + users.taken_over,
      there: users.there,
      refused: refusedOf.user,
    },
    { name: "Keys", read: read.key, new: keys.new, there: keys.there, refused: refusedOf.key },
    { name: "Balances", read: read.balance, new: balances.new, there: balances.there, refused: refusedOf.balance },
    { name: "Forms of credentials", read: read.form, new: forms.read, there: 0, refused: refusedOf.form },
    { name: "Lines that are no rows", read: refusedOf.none, new: 0, there: 0, refused: refusedOf.none },
  ].filter(({ read, new: made }) => read + made > 0);
  const apart = [
    [users.joined, "of the people are joined to accounts that they have here."],
    [users.taken_over, "of the people take over accounts that nobody has proved."],
    [users.without_password, "of the people have to set another password, by a mailed link: the one in the file will not work."],
    [
      users.with_less,
      "of the people are without something that the file has of them: a password, a name, a phone number or a time zone.",
    ],
    [keys.weak, "of the keys could be guessed, and are flagged."],
  ] as const;
  return (
    <>
      <Table
        className="mt-2 max-w-2xl"
        caption={isDry ? "What an import would do" : "What the import did"}
        head={["", "Read", isDry ? "Would be new" : "New", "There before", "Refused"].map((name) => (
          <Header key={name}>{name || <span className="sr-only">What</span>}</Header>
        ))}
      >
        {rows.map(({ name, ...counted }) => (
          <tr key={name} className="border-line border-b">
            <RowHeader>{name}</RowHeader>
            {[counted.read, counted.new, counted.there, counted.refused].map((count, column) => (
              <Cell key={COLUMNS[column]} className="tabular-nums">
                {figure(count)}
              </Cell>
            ))}
          </tr>
        ))}
      </Table>
      {apart
        .filter(([count]) => count > 0)
        .map(([count, what]) => (
          <p key={what} className="mt-2 text-ink-muted">
            {figure(count)} {what}
          </p>
        ))}
      <Remarks title="Refused rows" rows={shown} total={refused} />
      <Remarks title="What is left out" rows={taken} total={users.with_less} />
    </>
  );
}

const COLUMNS = ["read", "new", "there", "refused"];

function Remarks({ title, rows, total }: { title: string; rows: Remark[]; total: number }) {
  if (rows.length === 0) return null;
  return (
    <section aria-label={title} className="mt-8">
      <h2 className="font-medium text-lg">{title}</h2>
      {total > rows.length && (
        <p className="text-ink-muted">
          {figure(rows.length)} of {figure(total)}.
        </p>
      )}
      <Table className="mt-2" caption={title} head={["Line", "Id", "Reason"].map((name) => <Header key={name}>{name}</Header>)}>
        {rows.map(({ line, id, reason, first }, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line may be refused twice, and the list never changes
          <tr key={place} className="border-line border-b align-top">
            <RowHeader>{line}</RowHeader>
            <Cell className="[overflow-wrap:anywhere]">{id === null ? "–" : <Written>{id}</Written>}</Cell>
            <Cell className="[overflow-wrap:anywhere]">
              {reason}
              {first && ` See line ${first.line}.`}
            </Cell>
          </tr>
        ))}
      </Table>
    </section>
  );
}

function figure(count: number): string {
  return count.toLocaleString("en-GB");
}
