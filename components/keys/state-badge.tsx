import { Badge, type Tone } from "@/components/ui/badge";
import type { KeyState } from "@/lib/keys/validity";

export const STATE_NAMES: Record<KeyState, string> = {
  active: "Active",
  expiring: "Expiring",
  replaced: "Replaced",
  expired: "Expired",
  revoked: "Revoked",
};

const TONES: Record<KeyState, Tone> = {
  active: "positive",
  expiring: "warning",
  replaced: "accent",
  expired: "neutral",
  revoked: "danger",
};

export function StateBadge({ state }: { state: KeyState }) {
  return <Badge tone={TONES[state]}>{STATE_NAMES[state]}</Badge>;
}
