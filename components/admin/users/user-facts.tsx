import { CopyButton } from "@/components/ui/copy-button";
import { Fact } from "@/components/ui/fact";
import { Moment } from "@/components/ui/moment";
import type { UserPage } from "@/lib/users/page";

export function UserFacts({ user, now }: { user: UserPage; now: Date }) {
  const { credits, lastLoginAt, accountId } = user;
  return (
    <dl className="mt-8 grid grid-cols-2 gap-x-8 gap-y-5 lg:grid-cols-4">
      <Fact term="Credits">
        <span className={`tabular-nums ${credits < 0 ? "text-danger" : ""}`}>{credits.toLocaleString("en-GB")}</span>
      </Fact>
      <Fact term="Last signed in">{lastLoginAt ? <Moment at={lastLoginAt} now={now} as="ago" /> : <None>Never</None>}</Fact>
      <Fact term="Joined">
        <Moment at={user.createdAt} now={now} as="minute" />
      </Fact>
      <Fact term="E-mail address">{user.emailVerified ? "Confirmed" : "Not confirmed"}</Fact>
      <Fact term="User id" isWide>
        <Copied text={user.id} what="user id" />
      </Fact>
      <Fact term="API account" isWide>
        {accountId ? <Copied text={accountId} what="API account id" /> : <None>None yet</None>}
      </Fact>
      {user.formerIds.length > 0 && (
        <Fact term={user.formerIds.length === 1 ? "Id elsewhere" : "Ids elsewhere"} isWide>
          {user.formerIds.map(({ source, id }) => (
            <Copied key={`${source}:${id}`} text={`${source}:${id}`} what={`id at ${source}`} />
          ))}
        </Fact>
      )}
      <Fact term="Phone number">{user.phoneNumber ?? <None>None</None>}</Fact>
      <Fact term="Time zone">{user.timezone}</Fact>
    </dl>
  );
}

function None({ children }: { children: string }) {
  return <span className="text-ink-faint">{children}</span>;
}

function Copied({ text, what }: { text: string; what: string }) {
  return (
    <span className="flex items-start gap-2">
      <code translate="no" className="min-w-0 font-mono text-sm [overflow-wrap:anywhere]">
        {text}
      </code>
      <CopyButton text={text} what={what} />
    </span>
  );
}
