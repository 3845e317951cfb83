import { randomUUID } from "node:crypto";
import type { Metadata } from "next";
import { CreateFields } from "@/components/keys/issue-fields";
import { NEW_KEY_PAGE } from "@/components/keys/key-pages";
import { ShowOncePage } from "@/components/keys/show-once-page";
import { requireUser } from "@/lib/doors/page-guards";
import { createKeyAction } from "../actions";

export const metadata: Metadata = { title: "Create a key" };

/** What the dialog of the list does, for as long as there are no scripts. */
export default async function NewKeyPage() {
  await requireUser(NEW_KEY_PAGE);
  return (
    <div className="max-w-lg">
      <ShowOncePage title="Create a key" submit="Create key" sending="Creating…" action={createKeyAction}>
        <CreateFields openedAt={new Date()} idempotencyKey={randomUUID()} />
      </ShowOncePage>
    </div>
  );
}
