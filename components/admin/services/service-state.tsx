import { Badge, type Tone } from "@/components/ui/badge";
import type { ListedCredential, ListedService } from "@/lib/services/list";

type ServiceState = "active" | "rotating" | "bare" | "expired" | "revoked";

const LOOKS: Record<ServiceState, { name: string; tone: Tone }> = {
  active: { name: "Active", tone: "positive" },
  rotating: { name: "Rotating", tone: "accent" },
  bare: { name: "No credential", tone: "warning" },
  expired: { name: "Expired", tone: "neutral" },
  revoked: { name: "Revoked", tone: "danger" },
};

export function liveOf({ credentials }: Pick<ListedService, "credentials">): ListedCredential[] {
  return credentials.filter(({ hasEnded }) => !hasEnded);
}

export function ServiceBadge({ service }: { service: ListedService }) {
  const { name, tone } = LOOKS[stateOf(service)];
  return <Badge tone={tone}>{name}</Badge>;
}

function stateOf(service: ListedService): ServiceState {
  if (service.revokedAt) return "revoked";
  if (service.hasEnded) return "expired";
  const live = liveOf(service).length;
  if (live === 0) return "bare";
  return live > 1 ? "rotating" : "active";
}
