import type { Metadata } from "next";
import { requireUser } from "@/lib/doors/page-guards";
import { searchKeysSchema } from "@/lib/keys/search-schemas";
import { keysAddress } from "./address";
import { KeyList } from "./key-list";

export const metadata: Metadata = { title: "Keys" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

// Sent as a whole: what comes after the page needs a script to be put in its place.
export default async function KeysPage({ searchParams }: Props) {
  const search = searchKeysSchema.parse(await searchParams);
  const user = await requireUser(keysAddress(search, { page: search.page }));
  return (
    <>
      <h1 data-wide className="font-semibold text-2xl tracking-tight">
        Keys
      </h1>
      <KeyList user={user} search={search} />
    </>
  );
}
