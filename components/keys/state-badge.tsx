import type { KeyState } from "@latchkey/rule/status";
import { Badge, type Tone } from "@/components/ui/badge";

export const STATE_NAMES: Record<KeyState, string> = {
  active: "Active",
  expiring: "Expiring",
  replaced: "Rotating",
  disabled: "Disabled",
  expired: "Expired",
  revoked: "Revoked",
};

const TONES: Record<KeyState, Tone> = {
  active: "positive",
  expiring: "warning",
  replaced: "accent",
  disabled: "neutral",
  expired: "neutral",
  revoked: "danger",
};

export function StateBadge({ state }: { state: KeyState }) {
  return <Badge tone={TONES[state]}>{STATE_NAMES[state]}</Badge>;
}
