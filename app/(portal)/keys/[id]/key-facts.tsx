import { EndGrace } from "@/components/keys/end-grace";
import { LimitFacts } from "@/components/keys/limit-texts";
import { CopyButton } from "@/components/ui/copy-button";
import { Fact } from "@/components/ui/fact";
import { Moment } from "@/components/ui/moment";
import type { KeyPage } from "@/lib/keys/own-key-page";

export function KeyFacts({ facts, now }: { facts: KeyPage; now: Date }) {
  const { createdAt, expiresAt, revokedAt, disabledAt, disabledBy, regeneratedAt, lastUsedAt } = facts;
  return (
    <dl className="mt-6 grid gap-x-8 gap-y-5 sm:grid-cols-2 lg:grid-cols-3">
      <Fact term="Credential">
        <code className="font-mono text-sm">{facts.masked}</code>
        {facts.replaced.map(({ masked, validUntil }) => (
          <span key={masked + validUntil.getTime()} className="block text-ink-muted text-sm">
            <code className="font-mono">{masked}</code> works until <Moment at={validUntil} now={now} as="minute" />
          </span>
        ))}
        {facts.replaced.length > 0 && <EndGrace uuid={facts.uuid} name={facts.name} />}
      </Fact>
      <LimitFacts limits={facts} />
      <Fact term="Expires">{expiresAt ? <Moment at={expiresAt} now={now} as="minute" /> : <Never />}</Fact>
      <Fact term="Last used">{lastUsedAt ? <Moment at={lastUsedAt} now={now} as="ago" /> : <Never />}</Fact>
      <Fact term="Calls in all">
        <span className="tabular-nums">{facts.totalUses.toLocaleString("en-GB")}</span>
      </Fact>
      <Fact term="Created">
        <Moment at={createdAt} now={now} as="minute" />
      </Fact>
      {regeneratedAt && (
        <Fact term="Regenerated">
          <Moment at={regeneratedAt} now={now} as="minute" />
        </Fact>
      )}
      {disabledAt && (
        <Fact term="Disabled">
          <Moment at={disabledAt} now={now} as="minute" />
          {disabledBy && disabledBy !== "owner" && <span className="block text-ink-muted text-sm">{ENDERS[disabledBy]}</span>}
        </Fact>
      )}
      {revokedAt && (
        <Fact term="Revoked">
          <Moment at={revokedAt} now={now} as="minute" />
        </Fact>
      )}
      <Fact term="Key id">
        <span className="flex flex-wrap items-center gap-2">
          <code className="font-mono text-sm [overflow-wrap:anywhere]">{facts.uuid}</code>
          <CopyButton text={facts.uuid} what="key id" />
        </span>
      </Fact>
    </dl>
  );
}

const ENDERS: Record<string, string> = { staff: "By staff: only they can enable it.", leak: "It was found in public." };

function Never() {
  return <span className="text-ink-faint">Never</span>;
}
