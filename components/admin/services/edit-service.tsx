"use client";

import { Form, useFormState } from "@/components/ui/form";
import { TickField } from "@/components/ui/tick-field";
import type { FormAction } from "@/lib/doors/form-state";
import type { ListedService } from "@/lib/services/list";
import { useConfirmedAction } from "../confirmed-action";
import { ServiceFields } from "./service-fields";

/** What one may change of a service. */
export function EditService({ service, action }: { service: ListedService; action: FormAction }) {
  const confirmed = useConfirmedAction(action);
  return (
    <Form submit="Save changes" action={confirmed}>
      {/* Once saved, by whomever, the fields begin with what is there now. */}
      <div key={service.version}>
        <input type="hidden" name="id" value={service.id} />
        <input type="hidden" name="version" value={service.version} />
        <ServiceFields current={service} aboutNetworks={<SureTick />} />
      </div>
    </Form>
  );
}

/** Asked for where its own last call would have been refused. */
function SureTick() {
  const { fields, values } = useFormState();
  if (!fields.isSure && values.isSure !== "on") return null;
  return <TickField name="isSure" label="I am sure: it calls from elsewhere now, or is to be shut out." />;
}
