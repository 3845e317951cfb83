import { Badge } from "@/components/ui/badge";
import { secondaryButton } from "@/components/ui/button-styles";
import { Form } from "@/components/ui/form";
import { Written } from "@/components/ui/written";
import type { FormAction } from "@/lib/doors/form-state";

/** Whether the address is known to be theirs, and the way to prove it. */
export function EmailState({ email, isVerified, action }: { email: string; isVerified: boolean; action: FormAction }) {
  return (
    <div className="space-y-4">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="[overflow-wrap:anywhere]">
          <Written>{email}</Written>
        </span>
        {isVerified ? <Badge tone="positive">Confirmed</Badge> : <Badge tone="warning">Not confirmed</Badge>}
      </p>
      {!isVerified && <Form action={action} submit="Send a link to confirm it" submitStyle={secondaryButton} />}
    </div>
  );
}
