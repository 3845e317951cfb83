"use client";

import { useConfirmedAction } from "@/components/admin/confirmed-action";
import { CreateKey } from "@/components/keys/create-key";
import { Choices } from "@/components/ui/choices";
import type { IssueAction } from "@/lib/keys/action-states";
import { type FindPeople, OwnerField } from "./owner-field";

const FORMATS = [
  { value: "mf_live", label: "Key and secret (mf_live_)" },
  { value: "datazag", label: "Key alone (datazag_)" },
] as const;

type Props = { action: IssueAction; find: FindPeople };

/** The portal's own dialog, and whose key it is going to be. */
export function CreateKeyFor({ action, find }: Props) {
  const confirmed = useConfirmedAction(action);
  return (
    <CreateKey action={confirmed} title="Create a key for someone">
      <OwnerField find={find} />
      <Choices name="format" legend="Format" options={FORMATS} initial="mf_live" onChange={() => {}} />
    </CreateKey>
  );
}
