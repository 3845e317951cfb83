import type { Metadata } from "next";
import { Suspense } from "react";
import { requireUser } from "@/lib/doors/guards";
import { searchKeysSchema } from "@/lib/keys/schemas";
import { keysAddress } from "./address";
import { KeyList } from "./key-list";
import { KeyListSkeleton } from "./key-list-skeleton";

export const metadata: Metadata = { title: "Keys" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

// The guard stands before the part that is waited for, so that a visitor is redirected by the answer itself.
export default async function KeysPage({ searchParams }: Props) {
  const search = searchKeysSchema.parse(await searchParams);
  const user = await requireUser(keysAddress(search, { page: search.page }));
  return (
    <>
      <h1 className="font-semibold text-2xl tracking-tight">Keys</h1>
      <Suspense fallback={<KeyListSkeleton />}>
        <KeyList user={user} search={search} />
      </Suspense>
    </>
  );
}
