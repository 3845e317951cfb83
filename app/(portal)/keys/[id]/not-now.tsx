import type { ReactNode } from "react";
import { secondaryButton } from "@/components/ui/button-styles";
import { Link } from "@/components/ui/link";

/** Where something cannot be done with a key, and why. */
export function NotNow({ uuid, title, refusal }: { uuid: string; title: ReactNode; refusal: string }) {
  return (
    <div className="max-w-lg">
      <h1 className="font-semibold text-2xl tracking-tight [overflow-wrap:anywhere]">{title}</h1>
      <p className="mt-2 mb-6 text-ink-muted">{refusal}</p>
      <Link href={`/keys/${uuid}`} className={secondaryButton}>
        Back to the key
      </Link>
    </div>
  );
}
