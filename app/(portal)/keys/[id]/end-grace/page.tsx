import type { Metadata } from "next";
import { dangerButton } from "@/components/ui/button-styles";
import { Written } from "@/components/ui/written";
import { endGraceOnPageAction } from "../actions";
import { DeedPage } from "../deed-page";
import { loadKey } from "../load-key";
import { NotNow } from "../not-now";

export const metadata: Metadata = { title: "End an old credential" };

export default async function EndGracePage({ params }: { params: Promise<{ id: string }> }) {
  const { uuid, name, replaced } = await loadKey((await params).id, "/end-grace");
  const title = (
    <>
      End the old credential of “<Written>{name}</Written>” now?
    </>
  );
  if (replaced.length === 0) return <NotNow uuid={uuid} title={title} refusal="It has no old credential that still works." />;
  return (
    <DeedPage
      uuid={uuid}
      title={title}
      warning="Programs that still use it stop working at once. The new one goes on working."
      submit="End now"
      submitStyle={dangerButton}
      action={endGraceOnPageAction}
    />
  );
}
