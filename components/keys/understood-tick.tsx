import { TickField } from "@/components/ui/tick-field";

/** Before what nobody can undo. */
export function UnderstoodTick() {
  return <TickField name="understood" label="I understand that this cannot be undone." />;
}
