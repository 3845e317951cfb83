import { Masked } from "@/components/keys/table-parts";
import { Badge } from "@/components/ui/badge";
import { secondaryButton } from "@/components/ui/button-styles";
import { Moment } from "@/components/ui/moment";
import type { FormAction } from "@/lib/doors/form-state";
import type { ListedCredential, ListedService } from "@/lib/services/list";
import { Deed } from "./deed";

type Props = { service: ListedService; revoke: FormAction; now: Date };

/** The last ten, the newest first. */
export function CredentialList({ service, revoke, now }: Props) {
  return (
    <ul className="divide-y divide-line">
      {service.credentials.map((credential) => {
        const works = !service.hasEnded && !credential.hasEnded;
        return (
          <li key={credential.id} className="flex min-h-14 flex-wrap items-center justify-between gap-x-4 gap-y-2 py-2.5">
            <div>
              <Masked>{credential.masked}</Masked> {!works && <Badge tone="neutral">Ended</Badge>}
              <span className="block text-ink-muted text-sm">
                Made <Moment at={credential.createdAt} now={now} as="ago" />
                <End of={credential} now={now} />
              </span>
            </div>
            {works && (
              <Deed
                name={
                  <>
                    Revoke<span className="sr-only"> {credential.masked}</span>
                  </>
                }
                style={secondaryButton}
                title={`Revoke ${credential.masked}?`}
                description="Programs that still call with it are refused, on every server within two seconds. Its other credential goes on working, where it has one."
                submit="Revoke credential"
                isDanger
                action={revoke}
                hidden={{ id: service.id, credential: String(credential.id) }}
              />
            )}
          </li>
        );
      })}
    </ul>
  );
}

function End({ of: { validUntil, hasEnded }, now }: { of: ListedCredential; now: Date }) {
  if (!validUntil) return null;
  return (
    <>
      , {hasEnded ? "ended" : "works until"} <Moment at={validUntil} now={now} as="minute" />
    </>
  );
}
