import { type KeyLimits, LIMIT_NAMES, type LimitName } from "@latchkey/rule/limits";
import type { Permissions } from "@latchkey/rule/permissions";
import { Fact } from "@/components/ui/fact";
import { Written } from "@/components/ui/written";
import { isolated } from "@/lib/values/isolated";

/** Each limit in a few words, as people type it: permissions are `read, write`, or `sms:send, reports:read`. */
export type LimitTexts = Record<LimitName, string>;

export function describeLimits({ permissions }: KeyLimits): LimitTexts {
  return { permissions: describePermissions(permissions) };
}

function describePermissions(permissions: Permissions): string {
  const words = Array.isArray(permissions)
    ? permissions
    : Object.entries(permissions).flatMap(([resource, actions]) => actions.map((action) => `${resource}:${action}`));
  return words.join(", ") || "None";
}

const TERMS: Record<LimitName, string> = { permissions: "Permissions" };

export function LimitFacts({ limits }: { limits: KeyLimits }) {
  const texts = describeLimits(limits);
  return LIMIT_NAMES.map((name) => (
    <Fact key={name} term={TERMS[name]}>
      <span className="[overflow-wrap:anywhere]">
        <Written>{texts[name]}</Written>
      </span>
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
