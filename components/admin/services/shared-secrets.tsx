import { Badge } from "@/components/ui/badge";
import { secondaryButton } from "@/components/ui/button-styles";
import type { FormAction } from "@/lib/doors/form-state";
import type { ListedSecret } from "@/lib/services/list";
import { CallsText, LastCall } from "./activity-text";
import { Deed, Deeds } from "./deed";

type Props = { secrets: readonly ListedSecret[]; action: FormAction; now: Date };

const USES: Record<ListedSecret["name"], string> = {
  ADMIN_API_SECRET: "The admin API",
  SERVICE_API_SECRET: "Verifying keys",
  USAGE_WEBHOOK_SECRET: "Signing reports of usage",
};

/** Settings that every program has which is no service yet. */
export function SharedSecrets({ secrets, action, now }: Props) {
  return (
    <section aria-labelledby="shared-secrets" className="mt-10">
      <h2 id="shared-secrets" className="scroll-mt-6 font-medium text-lg">
        Shared secrets
      </h2>
      <p className="mt-1 max-w-measure text-ink-muted">
        One secret for every program: when it leaks, nobody knows which of them lost it, and all have to change at once. Give each
        a service, and switch these off when they are not called any more.
      </p>
      <Deeds>
        <ul className="mt-3 divide-y divide-line border-line border-y">
          {secrets.map((secret) => (
            <li
              key={secret.name}
              className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-2 py-3 md:grid-cols-[minmax(0,1fr)_6.5rem_8rem_8rem_7rem]"
            >
              <span>
                <code translate="no" className="font-mono text-sm [overflow-wrap:anywhere]">
                  {secret.name}
                </code>
                <span className="block text-ink-muted text-sm">{USES[secret.name]}</span>
              </span>
              <State of={secret} />
              <span className="md:contents">
                <CallsText of={secret.activity} />
                <span className="max-md:block">
                  <LastCall of={secret.activity} now={now} />
                </span>
              </span>
              <span className="flex justify-end">{(secret.isSet || secret.isOff) && <Switch of={secret} action={action} />}</span>
            </li>
          ))}
        </ul>
      </Deeds>
    </section>
  );
}

function State({ of: { isSet, isOff } }: { of: ListedSecret }) {
  return (
    <span>
      {isOff ? (
        <Badge tone="neutral">Switched off</Badge>
      ) : isSet ? (
        <Badge tone="warning">Accepted</Badge>
      ) : (
        <Badge tone="neutral">Not set</Badge>
      )}
    </span>
  );
}

function Switch({ of: { name, isOff, activity }, action }: { of: ListedSecret; action: FormAction }) {
  const button = isOff ? "Switch on" : "Switch off";
  const use = activity.calls === 0 ? "Nobody called with it in 30 days." : "Programs that call with it are refused at once.";
  return (
    <Deed
      name={
        <>
          {button}
          <span className="sr-only"> {name}</span>
        </>
      }
      style={secondaryButton}
      title={isOff ? `Switch ${name} on?` : `Switch ${name} off?`}
      description={isOff ? "Whoever has it is let in again." : `${use} You can switch it on again.`}
      submit={button}
      isDanger={!isOff}
      action={action}
      hidden={{ name, isOff: String(!isOff) }}
    />
  );
}
