import { Fact } from "@/components/ui/fact";
import { Moment } from "@/components/ui/moment";
import { Written } from "@/components/ui/written";
import { figure } from "@/components/usage/figures";
import type { ListedService } from "@/lib/services/list";
import { LastCall } from "./activity-text";
import { SCOPE_WORDS } from "./scope-words";

type Props = {
  service: ListedService;
  now: Date;
  /** Null where nobody may follow the feed. */
  feedKey: string | null;
};

export function ServiceFacts({ service, now, feedKey }: Props) {
  const { scopes, networks, owners, activity, expiresAt, revokedAt, createdAt } = service;
  return (
    <dl className="mt-8 grid grid-cols-2 gap-x-8 gap-y-5 lg:grid-cols-4">
      <Fact term="Last call">
        <LastCall of={activity} now={now} />
        {activity.lastAddress && <span className="block text-ink-muted text-sm">from {activity.lastAddress}</span>}
      </Fact>
      <Fact term={revokedAt ? "Revoked" : "Ends"}>
        {(revokedAt ?? expiresAt) ? (
          <Moment at={revokedAt ?? expiresAt ?? now} now={now} as={revokedAt ? "minute" : "end"} />
        ) : (
          "When you revoke it"
        )}
      </Fact>
      <Fact term="Made">
        <Moment at={createdAt} now={now} as="minute" />
      </Fact>
      <Fact term="Networks">
        <Several of={networks} none="From everywhere" />
      </Fact>
      <Fact term="May" isWide="always">
        <ul className="space-y-1">
          {scopes.map((scope) => (
            <li key={scope}>
              <code translate="no" className="font-mono text-sm">
                {scope}
              </code>{" "}
              <span className="text-ink-muted">{SCOPE_WORDS[scope]}</span>
            </li>
          ))}
        </ul>
      </Fact>
      {scopes.includes("feed") && (
        <>
          <Fact term="Serves unchecked">
            {service.serveForSeconds === 0 ? "Never" : `${figure(service.serveForSeconds)} s, where it is cut off`}
          </Fact>
          {feedKey !== null && (
            <Fact term="The feed’s public key" isWide="always">
              <code translate="no" className="select-all break-all font-mono text-sm">
                {feedKey}
              </code>{" "}
              <span className="block text-ink-muted text-sm">
                LATCHKEY_FEED_KEY of its processes: what is not signed with it is not believed.
              </span>
            </Fact>
          )}
        </>
      )}
      {scopes.includes("usage") && (
        <>
          <Fact term="Most credits">
            <Most of={service} />
          </Fact>
          <Fact term="Owners">
            <Several of={owners} none="Everybody" />
          </Fact>
        </>
      )}
    </dl>
  );
}

function Most({ of: { maxCreditsPerReport, maxCreditsPerMinute } }: { of: ListedService }) {
  if (maxCreditsPerReport === null && maxCreditsPerMinute === null) return "No bound";
  return (
    <>
      {maxCreditsPerReport !== null && <span className="block">{figure(maxCreditsPerReport)} a report</span>}
      {maxCreditsPerMinute !== null && <span className="block">{figure(maxCreditsPerMinute)} a minute</span>}
    </>
  );
}

function Several({ of: entries, none }: { of: readonly string[]; none: string }) {
  if (entries.length === 0) return none;
  return (
    <ul className="max-h-48 overflow-y-auto">
      {entries.map((entry) => (
        <li key={entry} className="[overflow-wrap:anywhere]">
          <Written>{entry}</Written>
        </li>
      ))}
    </ul>
  );
}
