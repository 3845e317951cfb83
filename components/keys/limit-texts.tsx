import { type KeyLimits, LIMIT_NAMES, type LimitName } from "@latchkey/rule/limits";
import { grantsEverything, type Permissions } from "@latchkey/rule/permissions";
import type { ReactNode } from "react";
import { Fact } from "@/components/ui/fact";
import { Written } from "@/components/ui/written";
import { isolated } from "@/lib/values/isolated";

/** As people type them: `read`, or `sms:send`. */
export function wordsOf(permissions: Permissions): string[] {
  if (Array.isArray(permissions)) return permissions;
  return Object.entries(permissions).flatMap(([resource, actions]) => actions.map((action) => `${resource}:${action}`));
}

function describePermissions(permissions: Permissions): string {
  if (grantsEverything(permissions)) return "All";
  return wordsOf(permissions).join(", ") || "None";
}

const FACTS: Record<LimitName, { term: string; describe: (limits: KeyLimits) => ReactNode }> = {
  permissions: { term: "Permissions", describe: ({ permissions }) => <Written>{describePermissions(permissions)}</Written> },
};

export function LimitFacts({ limits }: { limits: KeyLimits }) {
  return LIMIT_NAMES.map((name) => (
    <Fact key={name} term={FACTS[name].term} isWide>
      <span className="[overflow-wrap:anywhere]">{FACTS[name].describe(limits)}</span>
    </Fact>
  ));
}

export function PermissionsText({ permissions }: Pick<KeyLimits, "permissions">) {
  const text = describePermissions(permissions);
  return (
    <span title={isolated(text)} className="line-clamp-2 [overflow-wrap:anywhere]">
      <Written>{text}</Written>
    </span>
  );
}
