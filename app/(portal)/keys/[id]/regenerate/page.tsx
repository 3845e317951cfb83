import { randomUUID } from "node:crypto";
import type { Metadata } from "next";
import { RegenerateFields } from "@/components/keys/issue-fields";
import { REFUSALS } from "@/components/keys/refusals";
import { ShowOncePage } from "@/components/keys/show-once-page";
import { Written } from "@/components/ui/written";
import { regenerateKeyAction } from "../../actions";
import { loadKey } from "../load-key";
import { NotNow } from "../not-now";

export const metadata: Metadata = { title: "Regenerate a key" };

export default async function RegeneratePage({ params }: { params: Promise<{ id: string }> }) {
  const { uuid, name, state, expiresAt } = await loadKey((await params).id, "/regenerate");
  const title = (
    <>
      Regenerate “<Written>{name}</Written>”
    </>
  );
  const refusal = REFUSALS[state].regenerate;
  if (refusal) return <NotNow uuid={uuid} title={title} refusal={refusal} />;
  return (
    <div className="max-w-lg">
      <ShowOncePage
        title={title}
        description={`The key gets new credentials${state === "expired" ? ", and a new end" : ""}. Its name, permissions and history stay.`}
        submit="Regenerate key"
        sending="Regenerating…"
        action={regenerateKeyAction}
      >
        <RegenerateFields target={{ uuid, state, expiresAt }} openedAt={new Date()} idempotencyKey={randomUUID()} />
      </ShowOncePage>
    </div>
  );
}
