import type { Metadata } from "next";
import { PAUSES, pauseDeed } from "@/components/keys/pauses";
import { REFUSALS } from "@/components/keys/refusals";
import { primaryButton } from "@/components/ui/button-styles";
import { Written } from "@/components/ui/written";
import { pauseOnPageAction } from "../actions";
import { DeedPage } from "../deed-page";
import { loadKey } from "../load-key";
import { NotNow } from "../not-now";

export const metadata: Metadata = { title: "Disable or enable a key" };

export default async function PausePage({ params }: { params: Promise<{ id: string }> }) {
  const { uuid, name, state } = await loadKey((await params).id, "/pause");
  const deed = pauseDeed(state);
  const { title: verb, description } = PAUSES[deed];
  const title = (
    <>
      {verb} “<Written>{name}</Written>”?
    </>
  );
  const refusal = REFUSALS[state].pause;
  if (refusal) return <NotNow uuid={uuid} title={title} refusal={refusal} />;
  return (
    <DeedPage
      uuid={uuid}
      title={title}
      warning={description}
      submit={`${verb} key`}
      submitStyle={primaryButton}
      action={pauseOnPageAction}
    >
      <input type="hidden" name="deed" value={deed} />
    </DeedPage>
  );
}
